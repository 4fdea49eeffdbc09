// Preloaded by `node --import`: what this process takes for the time is wrong by so many milliseconds.
const skewMs = Number(process.env.FAULTS_SKEW_MS ?? 0)
const RealDate = Date

globalThis.Date = class SkewedDate extends RealDate {
  constructor(...args) {
    if (args.length === 0) super(RealDate.now() + skewMs)
    else super(...args)
  }

  static now() {
    return RealDate.now() + skewMs
  }
}
