import { expect, test } from 'vitest'
import { ledgerCommands } from '../../../src/engine/workflows/ledger-commands.js'
import { brokerOfFile } from '../../support/broker.js'
import { testApp } from '../../support/test-app.js'
import { chainOf, PartDesk, W } from './part-desk.js'

const broker = brokerOfFile()

test('a revocation that is sent again since its answer was lost tells what it did', async () => {
  const app = testApp(broker)
  const desk = new PartDesk(app)
  await desk.create(chainOf(2))
  await desk.forgetLeases()
  const revoke = (by: string) =>
    ledgerCommands(app.redis).taskqWorkflowRevoke(app.keys.workflow(W), app.keys.prefix, W, 'enough', by)
  expect(await revoke('one')).toBe(1)
  expect(await desk.summary()).toMatchObject({ state: 'revoked', open: 0 })
  expect(await revoke('one')).toBe(1)
  expect(await revoke('another')).toBe(0)
})
