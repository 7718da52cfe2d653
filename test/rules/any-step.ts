// Whatever may be done, as random data: a step of any work on projects, tasks, sessions and what they have.
import fc from 'fast-check'

/** Entities are named by number, in order of creation, round and round; the highest names none. */
export const none = 9
const one = fc.oneof({ weight: 12, arbitrary: fc.nat(none - 1) }, { weight: 1, arbitrary: fc.constant(none) })
/** Nearly all of it is in one project. */
const mostlyFirst = fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: one })
const several = fc.uniqueArray(one, { maxLength: 3 })
const taskStatus = fc.constantFrom('todo' as const, 'in_progress' as const, 'completed' as const)
const sessionStatus = fc.constantFrom(
  'idle' as const,
  'working' as const,
  'completed' as const,
  'failed' as const,
)
const strategy = fc.constantFrom('simple' as const, 'queue' as const, 'tree' as const)
const priority = fc.constantFrom('high' as const, 'medium' as const, 'low' as const)

const creation = fc.oneof(
  fc.record({
    do: fc.constant('create task' as const),
    project: one,
    parent: fc.option(one),
    dependencies: several,
    priority,
  }),
  fc.record({ do: fc.constant('create session' as const), project: mostlyFirst, tasks: several, strategy }),
)
const update = fc.oneof(
  fc.record({ do: fc.constant('update task' as const), task: one, status: taskStatus }),
  fc.record({ do: fc.constant('update task' as const), task: one, parent: fc.option(one) }),
  fc.record({ do: fc.constant('update task' as const), task: one, dependencies: several }),
  fc.record({ do: fc.constant('update task' as const), task: one, sessions: several, status: taskStatus }),
  fc.record(
    { do: fc.constant('update session' as const), session: one, status: sessionStatus, tasks: several },
    { requiredKeys: ['do', 'session'] },
  ),
)
const link = fc.record({
  do: fc.constantFrom('add' as const, 'remove' as const, 'push' as const),
  session: one,
  task: one,
})
const queue = fc.record({
  do: fc.constantFrom('start' as const, 'complete' as const, 'fail' as const, 'skip' as const),
  session: one,
})
const cause = fc.constantFrom(
  { cause: 'reported' as const },
  { cause: 'start_failed' as const },
  { cause: 'stopped' as const },
  { cause: 'lost' as const },
  { cause: 'exited' as const, exitCode: 0 },
  { cause: 'exited' as const, signal: 'SIGTERM' },
)
const outcome = fc.record({ task: one, outcome: fc.constantFrom('completed' as const, 'blocked' as const) })
const ending = fc.oneof(
  fc.record({
    do: fc.constant('end' as const),
    session: one,
    how: cause,
    outcomes: fc.array(outcome, { maxLength: 2 }),
  }),
  fc.record({ do: fc.constant('stop' as const), session: one }),
  fc.record({
    do: fc.constant('report' as const),
    task: one,
    session: one,
    said: fc.constantFrom('working' as const, 'needs_input' as const, 'failed' as const),
  }),
)
const inbox = fc.oneof(
  fc.record(
    {
      do: fc.constant('ask' as const),
      session: one,
      kind: fc.constantFrom('approval' as const, 'question' as const, 'stall' as const),
      task: one,
    },
    { requiredKeys: ['do', 'session', 'kind'] },
  ),
  fc.record({
    do: fc.constantFrom('answer' as const, 'withdraw' as const, 'deliver' as const),
    request: one,
  }),
  fc.record({ do: fc.constant('tell' as const), session: one }),
  fc.record({
    do: fc.constant('move' as const),
    message: one,
    state: fc.constantFrom('sending' as const, 'delivered' as const, 'unknown' as const),
  }),
  fc.record({ do: fc.constant('wait' as const), session: one, active: fc.boolean() }),
)
const claiming = fc.oneof(
  fc.record({ do: fc.constant('claim' as const), session: one, task: one }),
  fc.record(
    { do: fc.constant('claim next' as const), session: one, under: one },
    { requiredKeys: ['do', 'session'] },
  ),
  fc.record(
    {
      do: fc.constant('release' as const),
      session: one,
      task: one,
      outcome: fc.constantFrom('completed' as const, 'failed' as const, 'blocked' as const),
      force: fc.boolean(),
    },
    { requiredKeys: ['do', 'session', 'task'] },
  ),
)
const deletion = fc.oneof(
  fc.record({ do: fc.constant('delete project' as const), project: one }),
  fc.record({ do: fc.constant('delete task' as const), task: one }),
  fc.record({ do: fc.constant('delete session' as const), session: one }),
)
export const anyStep = fc.oneof(
  { weight: 6, arbitrary: creation },
  { weight: 8, arbitrary: update },
  { weight: 4, arbitrary: link },
  { weight: 4, arbitrary: queue },
  { weight: 4, arbitrary: ending },
  { weight: 6, arbitrary: inbox },
  { weight: 8, arbitrary: claiming },
  { weight: 2, arbitrary: deletion },
)
export type Step = typeof anyStep extends fc.Arbitrary<infer S> ? S : never
