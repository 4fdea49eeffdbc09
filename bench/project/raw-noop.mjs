// A sandboxed processor of BullMQ that does nothing.
export default async () => {}
