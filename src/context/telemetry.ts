/**
 * What taskq needs of a telemetry library: the interface of BullMQ's `telemetry` option, which the package `bullmq-otel`
 * implements with OpenTelemetry.
 */
export interface Telemetry {
  readonly tracer: {
    startSpan(name: string, options?: { kind: number }, context?: unknown): TelemetrySpan
  }
  readonly contextManager: {
    with<T>(context: unknown, work: () => T): T
    active(): unknown
    root?(): unknown
    /** The context as a text, which can travel. */
    getMetadata(context: unknown): string
    fromMetadata(active: unknown, metadata: string): unknown
  }
  readonly meter?: TelemetryMeter | undefined
}

export interface TelemetrySpan {
  setSpanOnContext(context: unknown): unknown
  setAttributes(attributes: Record<string, string | number | boolean>): void
  recordException(exception: { name: string; message: string; stack?: string }): void
  end(): void
}

export interface TelemetryMeter {
  createCounter(name: string, options?: MetricForm): { add(value: number, attributes?: MetricLabels): void }
  createHistogram(name: string, options?: MetricForm): { record(value: number, attributes?: MetricLabels): void }
}

interface MetricForm {
  description?: string
  unit?: string
}

type MetricLabels = Record<string, string>
