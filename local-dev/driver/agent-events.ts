/** `agent-events.ndjson`: what an agent said and was told, one JSON object a line, for programs. It never fills the disk. */
import { closeSync, openSync, renameSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { privateFile } from '../../storage/drivers/files/private-files'

/** A file that has grown to this is set aside as `agent-events.1.ndjson`, in place of the one before. */
const maxFileBytes = 8_000_000
/** What is longer stands there with its size alone. */
const maxLineLength = 64_000

export interface AgentEvents {
  add(event: string, data: unknown): void
  close(): void
}

/** Appends to the file in a session's folder. What cannot be written is left out: it is no reason to end an agent. */
export const openAgentEvents = (folder: string, limits = { maxFileBytes, maxLineLength }): AgentEvents => {
  const path = join(folder, 'agent-events.ndjson')
  let file: number | undefined
  let size = 0

  const open = () => {
    size = sizeOf(path)
    file = openSync(path, 'a', privateFile.mode)
    return file
  }
  const close = () => {
    if (file !== undefined) closeSync(file)
    file = undefined
  }
  const write = (line: string) => {
    let to = file ?? open()
    if (size > 0 && size + line.length > limits.maxFileBytes) {
      close()
      renameSync(path, join(folder, 'agent-events.1.ndjson'))
      to = open()
    }
    size += writeSync(to, line)
  }

  return {
    add(event, data) {
      const at = Date.now()
      const text = JSON.stringify({ at, event, data })
      const line =
        text.length <= limits.maxLineLength
          ? text
          : JSON.stringify({ at, event, leftOut: `${text.length} characters` })
      try {
        write(`${line}\n`)
      } catch {
        // A full disk, say.
      }
    },
    close,
  }
}

const sizeOf = (path: string): number => {
  try {
    return statSync(path).size
  } catch {
    return 0
  }
}
