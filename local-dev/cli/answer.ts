import { type InboxRequest, MaestroError } from '../../functions/client/client'
import { isObject } from '../../schemas/fields'
import { AnswerInboxRequest } from '../../schemas/request'
import { defineCommand } from './command'
import { UsageError } from './exit'
import { requestOf } from './fields'
import { sentence } from './format'
import { answerInWords, optionText } from './inbox/format'

export const command = defineCommand({
  about: 'Answer what an agent asks (maestro inbox lists it): with one of its options, in words, or both',
  example: 'maestro answer req_1 allow_once --by Ada; git diff | maestro answer req_2 -',
  args: {
    id: { type: 'positional', required: true, description: 'The request' },
    option: {
      type: 'positional',
      required: false,
      description:
        'One of its options, or, where it has none, the words; - and @FILE: words from standard input or a file',
    },
    text: {
      type: 'string',
      valueHint: 'TEXT',
      description: 'Words; without an option they refuse an approval, and tell the agent why',
    },
    by: { type: 'string', valueHint: 'NAME', description: 'Who answers; default: user' },
  },
  ids: { id: 'request' },
  async run({ args, client, readText }) {
    const { id, option, by } = args
    const request = await client.requests.get(id)
    const { text = args.text, optionId } =
      option === undefined ? {} : await meaningOf(request, option, readText)
    if (optionId === undefined && !text?.trim()) throw new UsageError(waysToAnswer(request))
    if (text !== undefined && args.text !== undefined && text !== args.text)
      throw new UsageError('The words are given twice: as an argument, and as --text')
    const body = requestOf(AnswerInboxRequest, { optionId, text, by })
    const answered = await client.requests.answer(id, body).catch((error) => {
      throw withAnswer(error, request)
    })
    const said = answerInWords(answered.options, answered.answer ?? {})
    return { json: answered, text: sentence(`Answered ${id} (${request.title}): ${said}`) }
  },
})

/** What an argument says to a request: a choice of its options, or words. */
const meaningOf = async (
  request: InboxRequest,
  word: string,
  readText: (value: string, name: string) => Promise<string>,
): Promise<{ optionId?: string; text?: string }> => {
  if (/^(-$|@)/.test(word) && !request.options.some(({ id }) => id === word))
    return { text: await readText(word, 'OPTION') }
  if (request.options.length === 0) return { text: word }
  const [optionId, ...others] = optionsMeant(request.options, word)
  if (optionId !== undefined && others.length === 0) return { optionId }
  const problem = optionId === undefined ? 'is none of its options' : 'may be several of its options'
  throw new UsageError(`"${word}" ${problem}. ${waysToAnswer(request)}`)
}

/** The first of these that fits any: the id, the label, the effect, the beginning of the id. */
const optionsMeant = (options: InboxRequest['options'], word: string): string[] => {
  const fits: ((option: (typeof options)[number]) => boolean)[] = [
    ({ id }) => id === word,
    ({ label }) => label.toLowerCase() === word.toLowerCase(),
    ({ effect }) => effect === word,
    ({ id }) => word !== '' && id.startsWith(word),
  ]
  const found = fits.map((fit) => options.filter(fit)).find((fitting) => fitting.length > 0)
  return (found ?? []).map(({ id }) => id)
}

const waysToAnswer = ({ id, title, options }: InboxRequest): string => {
  const choices = options.map(optionText).join(', ')
  const ways = choices === '' ? `maestro answer ${id} 'TEXT'` : `one of ${choices}; words: --text 'TEXT'`
  return sentence(`Answer ${id} (${title}) with ${ways}`)
}

/** Who comes second hears what the first has said. */
const withAnswer = (error: unknown, { options }: InboxRequest): unknown => {
  if (!(error instanceof MaestroError) || error.code !== 'ALREADY_ANSWERED') return error
  const { status, code, message, details } = error
  const answer: Record<string, unknown> = isObject(details?.answer) ? details.answer : {}
  const [optionId, text] = [answer.optionId, answer.text].map((part) =>
    typeof part === 'string' ? part : undefined,
  )
  return new MaestroError(
    status,
    code,
    sentence(
      `${message}: ${answerInWords(options, { ...(optionId && { optionId }), ...(text && { text }) })}`,
    ),
    details,
  )
}
