// A person with five agents looks at the page, and does not see who needs them, what waits, or why.
import { describe, expect, it } from 'vitest'
import { agentGroups, costOf, doingNow, toolCallOf } from '../../console/state/agents'
import { boardColumns, mayDependOn, waitsAbout } from '../../console/state/board'
import { answerInWords, answerKeys, isAtRest, openRequests, waitersOf } from '../../console/state/inbox'
import { linkedParts } from '../../console/state/links'
import { parseRoute, routeText } from '../../console/state/route'
import { plainText } from '../../console/state/terminal'
import { age, shortId, span } from '../../console/state/time'
import { taskLook } from '../../console/state/words'
import { entry, request, session, task } from './entities'

describe('the inbox', () => {
  it('has what is open, the oldest first', () => {
    const list = [
      request('b', { createdAt: 2 }),
      request('a', { createdAt: 1 }),
      request('c', { state: 'answered' }),
    ]
    expect(openRequests(list).map(({ id }) => id)).toEqual(['a', 'b'])
  })

  it('has beneath it who waits without a request, each once, and how to reach it', () => {
    const waits = { needsInput: { active: true, message: 'Which?', since: 5 } }
    const sessions = [
      session('asks', waits),
      session('silent', waits),
      session('in-tmux', { ...waits, metadata: { runner: { tmux: true } } }),
      session('ended', { ...waits, status: 'failed' }),
      session('works'),
    ]
    const saysSo = { sessionStatus: 'needs_input' } as const
    const tasks = [
      task('of-silent', { ...saysSo, sessionIds: ['silent'] }),
      task('of-works', { ...saysSo, sessionIds: ['ended', 'works'] }),
      task('alone', saysSo),
      task('settled', { ...saysSo, status: 'completed' }),
    ]
    const found = waitersOf([request('r', { sessionId: 'asks' })], sessions, tasks)
    expect(found.map(({ id, reach }) => [id, reach])).toEqual([
      ['silent', "maestro tell silent 'TEXT'"],
      ['in-tmux', 'maestro session attach in-tmux'],
      ['of-works', "maestro tell works 'TEXT'"],
      ['alone', 'maestro task show alone'],
    ])
  })

  it('gives every option one key, and no key to two', () => {
    const option = (id: string, effect: 'allow_once' | 'allow_always' | 'reject_once' | 'other') => ({
      ...{ id, label: id, effect },
    })
    const options = [
      option('y', 'allow_once'),
      option('Y', 'allow_always'),
      option('n', 'reject_once'),
      option('y2', 'allow_once'),
      ...Array.from({ length: 16 }, (_, index) => option(`o${index}`, 'other')),
    ]
    const keys = answerKeys(options)
    expect(keys.slice(0, 5)).toEqual(['a', 'A', 'd', '4', '5'])
    const given = keys.filter((key) => key !== undefined)
    expect(new Set(given).size).toBe(given.length)
    expect(keys.at(-1)).toBeUndefined()
  })

  it('takes no answer on a card that moved less than half a second ago', () => {
    expect([isAtRest(1000, 1499), isAtRest(1000, 1500), isAtRest(undefined, 9999)]).toEqual([
      false,
      true,
      false,
    ])
  })

  it('says what was answered', () => {
    const options = [{ id: 'y', label: 'Allow once', effect: 'allow_once' as const }]
    const said = (answer: { optionId?: string; text?: string }) =>
      answerInWords({ options, answer: { ...answer, by: 'Ada', at: 1 } })
    expect(said({ optionId: 'y' })).toBe('Allow once')
    expect(said({ optionId: 'gone', text: 'no' })).toBe('gone, “no”')
  })
})

describe('agents', () => {
  it('are in three groups: who needs you, by how long; who works; who has ended, the last first', () => {
    const groups = agentGroups(
      [
        session('late', { needsInput: { active: true, since: 50 } }),
        session('early'),
        session('works'),
        session('old', { status: 'completed', completedAt: 1 }),
        session('new', { status: 'stopped', completedAt: 2, needsInput: { active: true } }),
      ],
      [
        request('r1', { sessionId: 'early', createdAt: 10 }),
        request('r2', { sessionId: 'works', state: 'answered' }),
      ],
    )
    const ids = Object.fromEntries(
      Object.entries(groups).map(([name, list]) => [name, list.map(({ id }: { id: string }) => id)]),
    )
    expect(ids).toEqual({ needsYou: ['early', 'late'], working: ['works'], ended: ['new', 'old'] })
  })

  it('show what they do right now: the question, the last word, or why they ended', () => {
    const timeline = [entry('e1', 'Reads'), entry('e2', 'npm test'), entry('e3')]
    expect(doingNow(session('s', { timeline }))).toBe('npm test')
    expect(doingNow(session('s', { timeline, needsInput: { active: true, message: 'Which?' } }))).toBe(
      'Which?',
    )
    expect(doingNow(session('s', { timeline, status: 'failed', endReason: 'It broke' }))).toBe('It broke')
    expect(doingNow(session('s', { status: 'spawning' }))).toMatch(/runner/)
  })

  it('show what they cost, of what they may', () => {
    const usage = { costUsd: 0.42, updatedAt: 1 }
    expect(costOf(session('s', { usage, budget: { costUsd: 2.5 } }))).toBe('$0.42 of $2.50')
    expect(costOf(session('s', { usage: { costUsd: 0.004, updatedAt: 1 } }))).toBe('$0.004')
    expect(costOf(session('s'))).toBe('')
  })

  it('have tool calls as structured entries, whatever else their metadata holds', () => {
    expect(
      toolCallOf({
        metadata: { tool: 'edit', status: 'completed', paths: ['a.ts', 3], diff: '+x', extra: {} },
      }),
    ).toEqual({ tool: 'edit', status: 'completed', paths: ['a.ts'], diff: '+x' })
    expect(toolCallOf({ metadata: { files: 3 } })).toBeUndefined()
  })
})

describe('the board', () => {
  const tasks = [
    task('old', { createdAt: 1 }),
    task('urgent', { createdAt: 9, priority: 'high' }),
    task('done-first', { status: 'completed', updatedAt: 1 }),
    task('done-last', { status: 'completed', updatedAt: 2 }),
    task('other', { projectId: 'proj_2' }),
    task('found', { description: 'About the LOGIN page', status: 'blocked' }),
  ]
  const ids = (list: readonly { id: string }[]) => list.map(({ id }) => id)

  it('has what is urgent on top, and what was done last', () => {
    const { todo, completed } = boardColumns(tasks, { projectId: 'proj_1' })
    expect([ids(todo), ids(completed)]).toEqual([
      ['urgent', 'old'],
      ['done-last', 'done-first'],
    ])
  })

  it('finds words in title and description, upper and lower case alike', () => {
    const found = boardColumns(tasks, { projectId: 'proj_1', query: ' login ' })
    expect(Object.values(found).flatMap(ids)).toEqual(['found'])
  })

  it('shows a card where it was moved to, before the server has answered', () => {
    const { todo, in_review } = boardColumns(tasks, {
      projectId: 'proj_1',
      moved: new Map([['old', 'in_review']]),
    })
    expect([ids(todo), ids(in_review)]).toEqual([['urgent'], ['old']])
  })

  it('knows what a task may wait for, and notices whatever could change the reasons', () => {
    const waits = task('w', { dependencies: ['d1', 'd2', 'gone'] })
    const world = {
      tasks: [
        task('d1', { title: 'A' }),
        task('d2', { sessionStatus: 'completed' }),
        task('d3', { status: 'completed' }),
      ],
      sessions: [session('s', { name: 'Worker' }), session('over', { status: 'stopped' })],
      children: [task('c1'), task('c2', { status: 'cancelled' })],
    }
    const about = (of: typeof waits, { tasks, sessions, children } = world) =>
      waitsAbout(of, {
        task: (id) => tasks.find((one) => one.id === id),
        session: (id) => sessions.find((one) => one.id === id),
        children,
      })
    const same = about(waits)
    expect(about({ ...waits, description: 'another', updatedAt: 9 })).toBe(same)
    const others = world.tasks.slice(1)
    for (const other of [
      about({ ...waits, status: 'blocked' }),
      about({ ...waits, claim: { sessionId: 's', epoch: 1, since: 1 } }),
      about({ ...waits, attempts: 3 }),
      about({ ...waits, sessionStatus: 'failed' }),
      about({ ...waits, sessionIds: ['s'] }),
      about({ ...waits, dependencies: ['d1', 'd2'] }),
      about(waits, { ...world, children: [] }),
      about(waits, { ...world, tasks: others }),
      about(waits, { ...world, tasks: [{ ...task('d1'), title: 'B' }, ...others] }),
    ])
      expect(other).not.toBe(same)
    const free = task('free', { dependencies: ['d2', 'd3'], sessionIds: ['over'] })
    expect(about(free, { ...world, children: [task('c2', { status: 'cancelled' })] })).toBeUndefined()
    expect(about({ ...waits, status: 'in_progress' })).toBeUndefined()
  })

  it('offers nothing to wait for that would wait in a circle', () => {
    const all = [task('a'), task('b', { dependencies: ['a'] }), task('c', { dependencies: ['b'] }), task('d')]
    expect(ids(mayDependOn(task('a'), all))).toEqual(['d'])
    expect(ids(mayDependOn(task('c', { dependencies: ['b'] }), all))).toEqual(['a', 'b', 'd'])
  })

  it('has one look for a state: what the agent says, until a person has settled it', () => {
    expect(taskLook({ status: 'in_progress', sessionStatus: 'failed' })).toMatchObject({
      shape: '✕',
      word: 'Failed',
    })
    expect(taskLook({ status: 'completed', sessionStatus: 'failed' })).toMatchObject({ shape: '✓' })
  })
})

describe('addresses', () => {
  it('lead back to where one was, whatever an id looks like', () => {
    for (const route of [
      { view: 'inbox' as const },
      { view: 'agents' as const, id: 'a/b c%?#' },
      { view: 'board' as const, projectId: 'proj_1', id: 'task_1' },
      { view: 'board' as const, projectId: 'proj_1' },
    ])
      expect(parseRoute(routeText(route))).toEqual(route)
  })

  it.each(['', '#', '#/', '#/nowhere/x', '#/%E0%A4%A', '#javascript:alert(1)'])(
    'lead somewhere: %j',
    (hash) => {
      expect(parseRoute(hash)).toEqual({ view: 'inbox' })
    },
  )
})

describe('texts of others', () => {
  it('have links to the web and to nothing else', () => {
    const text = 'See https://a.example/x?y=1. Not javascript:alert(1), not file:///etc, (http://b.example/)!'
    const parts = linkedParts(text)
    expect(parts.map((part) => part.text).join('')).toBe(text)
    expect(parts.filter(({ isLink }) => isLink).map((part) => part.text)).toEqual([
      'https://a.example/x?y=1',
      'http://b.example/',
    ])
  })

  it('of a terminal are read without its colours and movements', () => {
    expect(plainText('\u001b[31mred\u001b[0m\r\n10%\r20%\r\n\u001b]0;title\u0007ok\u0000\tx')).toBe(
      'red\n20%\nok\tx',
    )
  })
})

describe('times', () => {
  it('are short, and never of the future', () => {
    const ages = [0, 59_000, 60_000, 3_600_000, 90_000_000, -5000].map((ago) => age(1e12 - ago, 1e12))
    expect(ages).toEqual(['now', 'now', '1 m', '1 h', '1 d', 'now'])
    expect([span(40_000), span(300_000), span(3_900_000)]).toEqual(['40 s', '5 m', '1 h 5 m'])
  })

  it('and ids are shortened so that they can be told apart', () => {
    expect(shortId('sess_1738713800000_m4n5o6p7q')).toBe('sess_…5o6p7q')
  })
})
