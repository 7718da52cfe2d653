// Whatever an agent, its server and people may do to a driver.
import fc from 'fast-check'

export type Deed =
  | { what: 'wait'; seconds: number }
  | { what: 'work' | 'noise' | 'interrupt' | 'denied' }
  | { what: 'tool'; id: string; isOpen: boolean }
  | { what: 'answer'; stopReason: string; isSurplus: boolean }
  | { what: 'fail'; kind: 'login' | 'limit' | 'other' }
  | { what: 'unsent' | 'retry' }
  | { what: 'say'; mode: 'steer' | 'queue'; isRepeat: boolean }
  | { what: 'steered'; outcome: 'injected' | 'promptRequired' | 'startedNewTurn' | 'unsupported' | 'unknown' }
  | { what: 'reply'; optionId: 'extend' | 'continue' | undefined; text: string | undefined }
  | { what: 'tasks'; open: number; children: number }
  | { what: 'open'; isFailing: boolean }
  | { what: 'spend'; usd: number }
  | { what: 'end'; how: 'own' | 'other' | 'gone' | 'signal' }

const kinds = {
  wait: fc.record({ what: fc.constant('wait' as const), seconds: fc.constantFrom(1, 4, 4, 16, 700) }),
  plain: fc.record({ what: fc.constantFrom('work' as const, 'work' as const, 'noise' as const) }),
  rare: fc.record({ what: fc.constantFrom('interrupt' as const, 'denied' as const) }),
  tool: fc.record({
    what: fc.constant('tool' as const),
    id: fc.constantFrom('a', 'b'),
    isOpen: fc.boolean(),
  }),
  answer: fc.record({
    what: fc.constant('answer' as const),
    stopReason: fc.constantFrom('end_turn', 'end_turn', 'cancelled', 'max_tokens'),
    isSurplus: fc.boolean(),
  }),
  fail: fc.record({
    what: fc.constant('fail' as const),
    kind: fc.constantFrom('login' as const, 'limit' as const, 'other' as const),
  }),
  unsent: fc.record({ what: fc.constantFrom('unsent' as const, 'retry' as const) }),
  say: fc.record({
    what: fc.constant('say' as const),
    mode: fc.constantFrom('steer' as const, 'queue' as const),
    isRepeat: fc.boolean(),
  }),
  steered: fc.record({
    what: fc.constant('steered' as const),
    outcome: fc.constantFrom(
      'injected' as const,
      'promptRequired' as const,
      'startedNewTurn' as const,
      'unsupported' as const,
      'unknown' as const,
    ),
  }),
  reply: fc.record({
    what: fc.constant('reply' as const),
    optionId: fc.constantFrom('extend' as const, 'continue' as const, undefined),
    text: fc.constantFrom('30', undefined),
  }),
  tasks: fc.record({
    what: fc.constant('tasks' as const),
    open: fc.constantFrom(1, 1, 1, 0),
    children: fc.constantFrom(0, 0, 1, 2),
  }),
  open: fc.record({ what: fc.constant('open' as const), isFailing: fc.constantFrom(false, false, true) }),
  spend: fc.record({ what: fc.constant('spend' as const), usd: fc.constantFrom(1, 40) }),
  end: fc.record({
    what: fc.constant('end' as const),
    how: fc.constantFrom('own' as const, 'other' as const, 'gone' as const, 'signal' as const),
  }),
}

const weights = {
  ...Object.fromEntries(Object.keys(kinds).map((name) => [name, 4])),
  wait: 10,
  end: 1,
  fail: 2,
}

export const anyDeeds: fc.Arbitrary<Deed[]> = fc.array(
  fc.oneof(
    ...Object.entries(kinds).map(([name, arbitrary]): { weight: number; arbitrary: fc.Arbitrary<Deed> } => ({
      weight: Object.entries(weights).find(([each]) => each === name)?.[1] ?? 1,
      arbitrary,
    })),
  ),
  { maxLength: 60, size: 'max' },
)
