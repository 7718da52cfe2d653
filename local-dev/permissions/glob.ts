/**
 * Patterns of paths: `*` stands for anything within a name, `**` for anything, `**` and a slash for any folders or none,
 * `?` for one character of a name. Matched in one pass, so that no pattern of a stranger's repository takes long.
 */

type Step =
  | { type: 'character'; character: string }
  | { type: 'one' | 'within' | 'any' | 'folders' | 'inFolders' }

export interface Glob {
  /** Those after its beginning. */
  steps: readonly Step[]
  /** What comes before its first sign, and after its last. */
  begin: string
  end: string
}

export const parseGlob = (pattern: string): Glob => {
  const [begin = '', ...parts] = pattern.split(/(\*\*\/|\*+|\?)/)
  const steps = parts.flatMap((part): Step[] => {
    if (part === '**/') return [{ type: 'folders' }, { type: 'inFolders' }]
    if (part === '*') return [{ type: 'within' }]
    if (part.startsWith('*')) return [{ type: 'any' }]
    if (part === '?') return [{ type: 'one' }]
    return Array.from(part, (character) => ({ type: 'character', character }))
  })
  return { steps, begin, end: parts.at(-1) ?? begin }
}

export const matchesGlob = ({ steps, begin, end }: Glob, text: string): boolean => {
  // Nearly all that a pattern does not match, it does not match here: of a command of thousands of words, each is asked.
  if (!text.startsWith(begin) || !text.endsWith(end)) return false
  let states = reach(steps, [0])
  for (const character of text.slice(begin.length)) {
    states = reach(
      steps,
      [...states].flatMap((state) => next(steps[state], state, character)),
    )
    if (states.size === 0) return false
  }
  return states.has(steps.length)
}

/** With the states that are reached without a character. */
const reach = (glob: readonly Step[], from: readonly number[]): Set<number> => {
  const states = new Set<number>()
  const open = [...from]
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    if (states.has(state)) continue
    states.add(state)
    const type = glob[state]?.type
    if (type === 'within' || type === 'any') open.push(state + 1)
    if (type === 'folders') open.push(state + 1, state + 2)
  }
  return states
}

const next = (step: Step | undefined, state: number, character: string): number[] => {
  switch (step?.type) {
    case 'character':
      return step.character === character ? [state + 1] : []
    case 'one':
      return character === '/' ? [] : [state + 1]
    case 'within':
      return character === '/' ? [] : [state]
    case 'any':
      return [state]
    case 'inFolders':
      return character === '/' ? [state, state + 1] : [state]
    default:
      return []
  }
}
