/** The room that everybody is in who asks for no other. */
const defaultRoom = 'all'

/** The rooms that are not those of one project, session or task. */
export const mainRooms = [defaultRoom, 'queues', 'templates', 'inbox', 'tasks'] as const

const roomName = `(?:${mainRooms.join('|')}|(?:project|session|task):[A-Za-z0-9_-]{1,128})`
const wholeName = new RegExp(`^${roomName}$`)

/** Names of rooms with commas between them; empty ones count for nothing. */
export const roomList = new RegExp(`^(?:${roomName})?(?:,(?:${roomName})?)*$`)

/** Whether there can be such a room; whether anything is in it does not matter. */
export const isRoomName = (name: unknown): name is string => typeof name === 'string' && wholeName.test(name)

/** The rooms that a text names, with commas between them; `all` if it names none. */
export const roomsIn = (text: string): string[] => {
  const names = text.split(',').filter((name) => name !== '')
  return names.length > 0 ? names : [defaultRoom]
}

/** A connection or stream is in so many rooms at most. */
export const maxRooms = 1000

/** The message about rooms that would be too many. */
export const tooManyRooms = `A client is in at most ${maxRooms} rooms: leave some, or take project:{id}, queues or all instead`

/** The message about names that are wrong: each is shown, cut to a bounded length. */
export const noSuchRooms = (wrong: readonly unknown[]): string => {
  const shown = wrong
    .slice(0, 10)
    .map((name) => (typeof name === 'string' ? name.slice(0, 150) : typeof name))
  return `No such room: ${shown.join(', ')}. Rooms are ${mainRooms.join(', ')}, project:{id}, session:{id}, task:{id}`
}
