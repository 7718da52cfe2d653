/** The query parameters of the endpoints. Each is optional; one that is not named here is ignored. */
import * as z from 'zod'
import { maxWaitSeconds } from './claim'
import { acceptLegacyValues } from './fields'
import { MessageState } from './message'
import { RequestKind, RequestState } from './request'
import { isRoomName, maxRooms, noSuchRooms, roomList, roomsIn, tooManyRooms } from './room-names'
import { legacySessionStatuses, SessionStatus } from './session'
import { legacyTaskStatuses, TaskPriority, TaskStatus } from './task'

/** A page has at most so many entities. */
const maxPageSize = 1000

const limitMessage = `limit must be a whole number from 1 to ${maxPageSize}`

const limit = z.preprocess(
  (text) => (typeof text === 'string' && /^\d+$/.test(text) ? Number(text) : text),
  z
    .int({ error: limitMessage })
    .min(1, { error: limitMessage })
    .max(maxPageSize, { error: limitMessage })
    .optional(),
)

const cursorMessage = 'cursor is not valid: send the one that came with the page before'
const cursorPattern = /^\d{1,15}\.[A-Za-z0-9_-]{1,128}$/

/** A cursor is the position of the last entity of a page: it holds even when that entity is gone. */
const cursor = z
  .string()
  .regex(cursorPattern, { error: cursorMessage })
  .transform((text) => {
    const dot = text.indexOf('.')
    return { created: Number(text.slice(0, dot)), id: text.slice(dot + 1) }
  })

/** The cursor that names a position. */
export const cursorOf = ({ created, id }: { created: number; id: string }): string => `${created}.${id}`

/** What every list understands. */
const page = {
  limit: limit.meta({ description: 'At most so many, 1 to 1000; without it the whole list comes' }),
  cursor: cursor.optional().meta({ description: 'Where to go on: X-Next-Cursor of the page before' }),
}

const textOrNothing = (text: unknown) => (text === '' ? undefined : text)

/** A field must have this value; an empty text filters nothing. */
const filter = (description: string) =>
  z.preprocess(textOrNothing, z.string().optional()).meta({ description })

/** More than a title has is not looked for: how long a search takes grows with what it looks for. */
const maxSearchLength = 500
const searchLengthMessage = `q must have at most ${maxSearchLength} characters`

const searchText = z
  .preprocess(textOrNothing, z.string().max(maxSearchLength, { error: searchLengthMessage }).optional())
  .meta({ description: 'Only those whose title or description holds this text, upper and lower case alike' })

/** The same for a status, which may be a word of version 1.0. One that does not exist matches nothing. */
const statusFilter = (statuses: readonly string[], legacyValues: Record<string, string>) =>
  z
    .preprocess(
      textOrNothing,
      acceptLegacyValues(
        legacyValues,
        z
          .string()
          .meta({ examples: [...statuses] })
          .optional(),
      ),
    )
    .meta({ description: 'Only those with this status' })

export const PageQuery = z.object(page)

/** A page of a list that only grows: its cursor is how many are before it. */
export const ItemsQuery = z.object({
  limit: page.limit,
  cursor: z
    .string()
    .regex(/^\d{1,15}$/, { error: cursorMessage })
    .transform(Number)
    .optional()
    .meta({ description: 'Where to go on: X-Next-Cursor of the page before' }),
})

export const ListTasksQuery = z.object({
  projectId: filter('Only those of this project'),
  status: statusFilter(TaskStatus.options, legacyTaskStatuses),
  parentId: filter('Only those below this task; the word null: only root tasks'),
  sessionId: filter('Only those of this session'),
  externalId: filter('Only the one that is this task elsewhere'),
  sessionStatus: filter('Only those whose session says this of them'),
  q: searchText,
  ...page,
})

const scope = {
  projectId: filter('Only those of this project'),
  under: filter('Only those below this task, however deep'),
}

export const BlockedTasksQuery = z.object({
  ...scope,
  taskId: filter('Only this one, if it waits'),
  ...page,
})

const readyCursorPattern = /^(?:high|medium|low)\.\d{1,15}\.[A-Za-z0-9_-]{1,128}$/

/** What is ready comes by priority, then by age: so a position in it says both. */
const readyCursor = z
  .string()
  .regex(readyCursorPattern, { error: cursorMessage })
  .transform((text) => {
    const [rank = '', created = '', ...id] = text.split('.')
    return { rank: TaskPriority.parse(rank), created: Number(created), id: id.join('.') }
  })

/** The cursor that names a position in what is ready. */
export const readyCursorOf = (rank: TaskPriority, position: { created: number; id: string }): string =>
  `${rank}.${cursorOf(position)}`

const waitMessage = `waitSeconds must be a whole number from 0 to ${maxWaitSeconds}`

export const ReadyTasksQuery = z.object({
  ...scope,
  limit: page.limit,
  cursor: readyCursor.optional().meta({ description: 'Where to go on: X-Next-Cursor of the page before' }),
  waitSeconds: z
    .preprocess(
      (text) => (typeof text === 'string' && /^\d+$/.test(text) ? Number(text) : text),
      z
        .int({ error: waitMessage })
        .min(0, { error: waitMessage })
        .max(maxWaitSeconds, { error: waitMessage })
        .optional(),
    )
    .meta({ description: 'Where none is ready: for how long to wait until one is, 0 to 50' }),
})

export const ListSessionsQuery = z.object({
  projectId: filter('Only those of this project'),
  taskId: filter('Only those that work on this task'),
  status: statusFilter(SessionStatus.options, legacySessionStatuses),
  parentSessionId: filter('Only those that this session asked for'),
  active: z.string().optional().meta({ description: 'true: only those whose status is not completed' }),
  order: z.string().optional().meta({ description: 'newest: the last first; else the oldest' }),
  ...page,
})

/** Of files whose changes are asked for. */
export const defaultDiffLimit = 100

/** Its cursor is the name of the last file of the page before, byte by byte. */
export const DiffQuery = z.object({
  limit: limit.meta({
    description: `At most so many files, 1 to ${maxPageSize}; default: ${defaultDiffLimit}`,
  }),
  cursor: z
    .string()
    .regex(/^(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-]{2,3})?$/, { error: cursorMessage })
    .max(6000, { error: cursorMessage })
    .transform((text) => atob(text.replaceAll('-', '+').replaceAll('_', '/')))
    .optional()
    .meta({ description: 'Where to go on: X-Next-Cursor of the page before' }),
  stat: z.string().optional().meta({ description: '1: only how much has changed, without the patches' }),
})

/** The cursor after this file. */
export const diffCursorOf = (name: string): string =>
  btoa(name).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')

export const OutputQuery = z.object({
  follow: z.string().optional().meta({ description: '1: also what comes, until the session has ended' }),
})

const stateFilter = z.enum([...RequestState.options, 'all']).default('open')

export const InboxQuery = z.object({
  projectId: filter('Only those of this project'),
  sessionId: filter('Only those of this session'),
  kind: RequestKind.optional().meta({ description: 'Only those of this kind' }),
  state: stateFilter.meta({ description: 'open (the default), answered, withdrawn, or all' }),
  ...page,
})

export const ListMessagesQuery = z.object({
  state: MessageState.optional().meta({ description: 'Only those with this state' }),
  ...page,
})

export const HealthQuery = z.object({
  verbose: z
    .string()
    .optional()
    .meta({ description: '1: also version, storage, clients and the last event' }),
})

export const EventStreamQuery = z.object({
  since: filter(
    'Number of the last event received, where Last-Event-ID cannot be sent; without either: from now on',
  ),
  rooms: z
    .string()
    .regex(roomList, { error: ({ input }) => noSuchRooms(wrongRoomsIn(String(input))) })
    .refine((text) => new Set(roomsIn(text)).size <= maxRooms, { error: tooManyRooms })
    .optional()
    .meta({ description: 'Rooms to subscribe to, with commas between them; without it: all' }),
  token: z.string().optional().meta({ description: 'MAESTRO_API_TOKEN, where Authorization cannot be sent' }),
})

const wrongRoomsIn = (text: string) => roomsIn(text).filter((name) => !isRoomName(name))
