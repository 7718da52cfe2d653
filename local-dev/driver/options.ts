/** The choices that an agent offers for what it asks, as a person sees them, and which of them it is told. */

import type { InboxRequest } from '../../schemas/request'
import type { PermissionOption } from '../acp/protocol'

type Option = InboxRequest['options'][number]

const effects = ['allow_once', 'allow_always', 'reject_once', 'reject_always'] as const
type Effect = (typeof effects)[number]

const effectOf = ({ kind }: PermissionOption): Effect | undefined => effects.find((each) => each === kind)

const maxIdLength = 200
const maxLabelLength = 300
const maxOptions = 20

/** An option for a person, and the id of the agent's own that it is told then. */
interface Choice {
  option: Option
  /** Undefined: the agent has none that says this once. */
  optionId: string | undefined
  isRemembered: boolean
}

/**
 * Each option that says something once is offered as it is. What says it for good is ours: where the agent has such an
 * option, or `canRemember`, there is one, and the agent is told its first that says it once.
 */
export const choicesOf = (options: readonly PermissionOption[], canRemember: boolean): Choice[] => {
  const named = options.flatMap((option) => {
    const effect = effectOf(option)
    return effect ? [{ ...option, effect }] : []
  })
  const once = (effect: Effect) => named.filter((option) => option.effect === effect)
  const [firstAllow] = once('allow_once')
  const always = once('allow_always')[0]
  const choices = [
    ...once('allow_once').map((option) => choice(option, option.effect, option.optionId)),
    ...(canRemember && firstAllow
      ? [
          {
            ...choice(always ?? { optionId: 'allow_always' }, 'allow_always', firstAllow.optionId),
            isRemembered: true,
          },
        ]
      : []),
    ...once('reject_once').map((option) => choice(option, option.effect, option.optionId)),
  ].slice(0, maxOptions)
  return withDistinctIds(choices)
}

const labels: Readonly<Record<Effect, string>> = {
  allow_once: 'Allow once',
  allow_always: 'Allow for this session',
  reject_once: 'Reject',
  reject_always: 'Reject always',
}

const choice = (
  { optionId: id, name }: Pick<PermissionOption, 'optionId' | 'name'>,
  effect: Effect,
  optionId: string,
): Choice => ({
  option: {
    id,
    // What an agent calls "always" lasts longer than what it gets.
    label: (effect === 'allow_always' ? undefined : name?.trim().slice(0, maxLabelLength)) || labels[effect],
    effect,
  },
  optionId,
  isRemembered: false,
})

const withDistinctIds = (choices: readonly Choice[]): Choice[] =>
  choices.map((each, index) => {
    const { id } = each.option
    const isUsable =
      id.length > 0 &&
      id.length <= maxIdLength &&
      choices.findIndex(({ option }) => option.id === id) === index
    return isUsable ? each : { ...each, option: { ...each.option, id: `option-${index + 1}` } }
  })

/** The id of the agent's option that says this once; undefined if it has none. */
export const onceId = (options: readonly PermissionOption[], effect: 'allow_once' | 'reject_once') =>
  options.find((option) => effectOf(option) === effect)?.optionId
