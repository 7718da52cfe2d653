// Loaded into a server before anything else: its wall clock is off by the milliseconds that a file says, looked up at SIGUSR2.
// In a file beside that it notes when it had stood still, whoever made it.
import { appendFileSync, readFileSync } from 'node:fs'

const file = process.env.MOVED_CLOCK_FILE ?? ''
const now = Date.now
const read = () => Number(readFileSync(file, 'utf8'))
let offMs = read()
process.on('SIGUSR2', () => {
  offMs = read()
})
Date.now = () => now() + offMs

// The server's own look may see over 2 s where this one does not.
const maxGapMs = 1200
let looked = performance.now()
setInterval(() => {
  const gapMs = performance.now() - looked
  looked += gapMs
  if (gapMs > maxGapMs) appendFileSync(`${file}.gaps`, `${now()}\n`)
}, 250).unref()
