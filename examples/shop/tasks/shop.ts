import { setTimeout as pause } from 'node:timers/promises'
import { BaseTask, chain, chord, Task } from 'taskq'

/** Somewhere between the two, most often near the lower. */
const between = (from: number, to: number): number => from + Math.random() ** 2 * (to - from)

/** A mail to a customer. The mail provider takes ten a second. */
@Task({ name: 'mail.Receipt', retries: 3, rateLimit: '10/s' })
export class SendReceipt extends BaseTask {
  async run(order: string, to: { email: string; password: string }) {
    this.log.info({ order, to: to.email }, 'sending the receipt')
    await pause(between(20, 120), undefined, { signal: this.signal })
    return { messageId: `<${order}@shop.example.com>` }
  }
}

/** Thumbnails of a picture: slow, and it tells how far it is. */
@Task({ name: 'image.Thumbnails' })
export class MakeThumbnails extends BaseTask {
  async run(picture: string, sizes: readonly number[]) {
    for (const [index, size] of sizes.entries()) {
      this.log.info({ picture, size }, 'scaling')
      await pause(between(200, 1500), undefined, { signal: this.signal })
      await this.progress((index + 1) / sizes.length)
    }
    return sizes.map((size) => `${picture}@${size}.webp`)
  }
}

/** Puts a product's pictures on its page, when all of them are scaled. */
@Task({ name: 'image.Publish' })
export class PublishPictures extends BaseTask {
  async run(pictures: readonly (readonly string[])[], product: string) {
    await pause(between(20, 200), undefined, { signal: this.signal })
    return { product, files: pictures.flat().length }
  }
}

/** A payment by a provider that is not always there. */
@Task({ name: 'payment.Charge', retries: 2, backoff: { type: 'exponential', delay: '4s', max: '20s' } })
export class ChargeCard extends BaseTask {
  async run(order: string, cents: number) {
    await pause(between(50, 400), undefined, { signal: this.signal })
    if (Math.random() < 0.3) throw new Error(`the payment provider is busy (503), order ${order}`)
    return { order, cents, paid: true }
  }
}

/** Yesterday in numbers. */
@Task({ name: 'report.Daily' })
export class DailyReport extends BaseTask {
  async run() {
    await pause(between(500, 3000), undefined, { signal: this.signal })
    return { orders: Math.round(between(100, 900)) }
  }
}

/** Customers: what a second in the shop brings. */
@Task({ name: 'shop.Traffic', ignoreResult: true })
export class Traffic extends BaseTask {
  async run() {
    const orders = Math.round(between(2, 14))
    for (let n = 0; n < orders; n++) {
      const order = `o_${Math.random().toString(36).slice(2, 8)}`
      const customer = { email: `${order}@example.com`, password: 'hunter2' }
      // The receipt only when it is paid.
      await chain(ChargeCard.s(order, Math.round(between(500, 20_000))), SendReceipt.si(order, customer)).applyAsync({
        name: `order ${order}`,
      })
      if (n % 3 === 0) await MakeThumbnails.delay(`${order}.jpg`, [64, 256, 1024])
      if (n % 6 === 5) {
        const scaled = ['front', 'side', 'back'].map((side) => MakeThumbnails.s(`${side}.jpg`, [256, 1024]))
        await chord(scaled, PublishPictures.s(order)).applyAsync({ name: `pictures of ${order}` })
      }
      if (n % 7 === 0)
        await SendReceipt.applyAsync([order, { email: `${order}@example.com`, password: '' }], { countdown: '2m' })
    }
  }
}
