import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { Logger } from 'pino'
import type { AlertEvent, AlertWatch } from '../control/alerts-watch.js'
import { TroubleLog } from '../events/trouble-log.js'
import type { App } from './app.js'

/** A watch over the app, as `alerts` of the config says; undefined where nobody is to be told. It is not started. */
export async function openAlertWatch(app: App, log: Logger): Promise<AlertWatch | undefined> {
  const { webhook, ...rules } = app.config.alerts
  if (webhook === undefined) return undefined
  const [{ AlertWatch }, { webhookSender }] = await Promise.all([
    import('../control/alerts-watch.js'),
    import('../control/alerts-webhook.js'),
  ])
  return new AlertWatch({
    app: app.config.prefix,
    owner: `${hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`,
    rules,
    engine: () => app.engine(),
    send: webhookSender(webhook),
    onEvent: logAlerts(log, webhook.label),
  })
}

function logAlerts(log: Logger, webhook: string): (event: AlertEvent) => void {
  const trouble = new TroubleLog(({ message }) => log.warn(`alerts: ${message}`))
  return (event) => {
    switch (event.name) {
      case 'alert.told':
        return log.info({ alert: event.message.alert, webhook }, `told: ${event.message.text}`)
      case 'alert.untold':
        return log.warn({ alert: event.message.alert, webhook }, `not told (${event.reason}): ${event.message.text}`)
      case 'alerts.blind':
        return trouble.report(event.error)
    }
  }
}
