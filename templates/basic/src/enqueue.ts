import { resizeImage } from './tasks/resize-image.js'
import { SendWelcomeEmail } from './tasks/send-welcome-email.js'

const mail = await SendWelcomeEmail.delay('u_42')
const images = await resizeImage.delay('cat.png', [320, 640, 1280])
console.log(`enqueued ${mail.id} and ${images.id}; a worker must run to finish them`)

const { messageId } = await mail.get({ timeout: '30s' })
console.log(`the welcome mail was sent: ${messageId}`)

const copies = await images.get({ timeout: '30s' })
console.log(`the image was resized: ${copies.join(', ')}`)
