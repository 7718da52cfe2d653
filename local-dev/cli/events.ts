import type { MaestroEvent } from '../../functions/client/client'
import { isObject } from '../../schemas/fields'
import { reasonOf } from '../lib/reason'
import { listOf } from './arguments'
import { defineCommand } from './command'
import { UsageError } from './exit'
import { dim, sentence, time } from './format'

/** How many of the latest events are shown without --since. */
const defaultCount = 50

export const command = defineCommand({
  about:
    'Show the latest events (of several updates of one thing only the last), or with --follow every new one',
  example: 'maestro events --follow --room queues --room session:sess_1',
  args: {
    follow: { type: 'boolean', description: 'Print new events, one a line, until interrupted' },
    room: {
      type: 'string',
      valueHint: 'ROOM',
      description: 'all, queues, templates, project:ID, session:ID, task:ID; may be repeated; default: all',
    },
    since: { type: 'string', valueHint: 'NUMBER', description: 'Start after the event with this number' },
  },
  repeatable: ['room'],
  async run({ args, values, client, json, print, note, signal }) {
    const rooms = listOf(values('room'))
    const since = args.since === undefined ? undefined : numberOf(args.since)
    if (args.follow) {
      await client.events.follow({
        rooms,
        since,
        signal,
        onEvent: (event) => print(json ? JSON.stringify(event) : lineOf(event)),
        onReset: (lastEventId) => note(`the events before number ${lastEventId} are no longer available`),
        onDisconnect: (reason) => note(reasonOf(reason)),
      })
      return undefined
    }
    const { lastEventId = 0 } = since === undefined ? await client.health({ verbose: true }) : {}
    const begin = since ?? Math.max(0, lastEventId - defaultCount)
    const { events, reset } = await client.events.missed({ since: begin, rooms })
    if (reset) note(`some events after number ${begin} are no longer available`)
    return { json: events, text: events.map(lineOf).join('\n') || 'No events' }
  },
})

const numberOf = (text: string): number => {
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw new UsageError('--since must be the number of an event')
}

const lineOf = ({ id, timestamp, type, data }: MaestroEvent): string =>
  `${dim(`${id}  ${time(timestamp)}`)}  ${type}  ${sentence(subjectOf(data))}`

/** What an event is about, in a few words: whichever of these fields its data has. */
const subjectOf = (data: object): string => {
  const words: string[] = []
  for (const key of ['id', 'sessionId', 'taskId', 'status', 'sessionStatus', 'title', 'name', 'reason'])
    if (key in data) words.push(String(Object.entries(data).find(([name]) => name === key)?.[1] ?? ''))
  const [, inner] = Object.entries(data).find(([name]) => name === 'session' || name === 'item') ?? []
  return (isObject(inner) ? [...words, subjectOf(inner)] : words).filter((word) => word !== '').join(' ')
}
