import { runTask } from 'taskq/testing'
import { expect, test } from 'vitest'
import { resizeImage } from '../src/tasks/resize-image.js'
import { SendWelcomeEmail } from '../src/tasks/send-welcome-email.js'

// runTask runs a task in this process: no broker and no worker are needed.

test('the welcome mail is sent to the user and its id comes back', async () => {
  const { result, logs } = await runTask(SendWelcomeEmail, ['u_42'])
  expect(result.messageId).toMatch(/^<.+@example\.com>$/)
  expect(logs).toMatchObject([{ message: 'sending the welcome mail', fields: { userId: 'u_42' } }])
})

test('an image gets one copy for each width, with progress up to the end', async () => {
  const { result, progress } = await runTask(resizeImage, ['cat.png', [320, 640]])
  expect(result).toEqual(['cat.png@320w', 'cat.png@640w'])
  expect(progress).toEqual([0.5, 1])
})
