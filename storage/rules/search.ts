import type { Entry } from '../entry'

/** Whether a task's title or description holds a text, upper and lower case alike. */
export const holdsText = (text: string): ((entry: Entry<'tasks'>) => boolean) => {
  const pattern = patternOf(text)
  // Most tasks do not hold it anywhere, and need not be parsed to know that.
  const asStored = patternOf(JSON.stringify(text).slice(1, -1))
  return (entry) => {
    if (!asStored.test(entry.json)) return false
    const { title, description } = entry.read()
    return pattern.test(title) || pattern.test(description)
  }
}

/** Whether this is what a task's session says of it. */
export const hasSessionStatus = (status: string): ((entry: Entry<'tasks'>) => boolean) => {
  const asStored = `"sessionStatus":${JSON.stringify(status)}`
  return (entry) => entry.json.includes(asStored) && entry.readHead().sessionStatus === status
}

const patternOf = (text: string) => new RegExp(text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'), 'iu')
