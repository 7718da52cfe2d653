// An orchestrator waits for workers that wait for its slot; or one session overtakes another.
import { describe, expect, it } from 'vitest'
import { nextToStart } from '../../local-dev/runner/scheduler'

const session = (id: string, parent?: string) => ({ id, parent })
const next = (waiting: ReturnType<typeof session>[], running: ReturnType<typeof session>[], max: number) =>
  nextToStart(waiting, running, max)?.id

describe('the session that starts next', () => {
  it('is the first that waits, as long as a slot is free', () => {
    const waiting = [session('b'), session('c')]
    expect(next(waiting, [session('a')], 2)).toBe('b')
    expect(next(waiting, [session('a')], 1)).toBeUndefined()
    expect(next([], [], 1)).toBeUndefined()
  })

  it('is a child of a session that waits for it, in its slot, one after the other', () => {
    const children = [session('left', 'lead'), session('right', 'lead')]
    expect(next(children, [session('lead')], 1)).toBe('left')
    expect(next(children.slice(1), [session('lead'), session('left', 'lead')], 1)).toBeUndefined()
  })

  it('overtakes those for which no slot is free, or nothing would ever go on', () => {
    expect(next([session('other'), session('left', 'lead')], [session('lead')], 1)).toBe('left')
  })

  it('may be a child of a child', () => {
    const running = [session('lead'), session('sub', 'lead')]
    expect(next([session('leaf', 'sub')], running, 1)).toBe('leaf')
  })
})
