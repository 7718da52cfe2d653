// What a long campaign has done so far: each worker writes its own, test/run.mjs adds them up and prints them.
import { appendFileSync } from 'node:fs'
import { seed } from './random'

const file = process.env.TEST_FIGURES
const writeEveryMs = 1000

const figures: Record<string, number> = {}
let writtenAt = Date.now()

/** Adds to a figure, such as `kills`. Only in a campaign: else nobody would read it. */
export const count = (figure: string, by = 1): void => {
  if (!file) return
  figures[figure] = (figures[figure] ?? 0) + by
  if (Date.now() - writtenAt >= writeEveryMs) writeFigures()
}

/** Writes what has been counted, as one line of JSON: the last of a process counts. */
export const writeFigures = (): void => {
  if (!file) return
  writtenAt = Date.now()
  appendFileSync(file, `${JSON.stringify({ pid: process.pid, seed, figures })}\n`)
}
