import { type Parts, textsOf } from '../../parts'
import { type AppendDelta, closed, openStateOf } from './append-delta'
import type { StoredChange } from './journal-lines'

/**
 * What the append deltas of a journal make of a document in parts, without reading what is in its lists: those that its
 * file has already are left out. Undefined if none was made on what it is, or another change is among them.
 */
export const growParts = (parts: Parts, steps: readonly StoredChange[]): Parts | undefined => {
  const deltas: AppendDelta[] = []
  for (const step of steps) {
    if (step === null || !('delta' in step)) return undefined
    deltas.push(step.delta)
  }
  const first = deltas.findIndex((delta) => isMadeOn(delta, parts))
  if (first < 0) return undefined
  let grown = parts
  for (const { rest, appended, base = {} } of deltas.slice(first)) {
    const lists = { ...grown.lists }
    for (const [name, items] of Object.entries(grown.lists)) {
      if (base[name]?.[0] !== items.length) return undefined
      lists[name] = items.append(textsOf(appended[name]))
    }
    grown = { head: JSON.stringify(rest), lists }
  }
  return grown
}

const isMadeOn = ({ base = {} }: AppendDelta, { lists }: Parts): boolean =>
  Object.entries(lists).every(([name, items]) => {
    const [length, checksum] = base[name] ?? []
    return length === items.length && checksum === closed(openStateOf(items))[1]
  })
