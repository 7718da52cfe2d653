/** What tasks and sessions are called as resources, and in which rooms their changes are told. */

/** The address of what an agent can read. */
export const uriOf = (kind: string, id: string): string => `maestro://${kind}/${encodeURIComponent(id)}`

/** The kinds whose changes are told, by what their rooms begin with. */
const kindOfRoom: Readonly<Record<string, string | undefined>> = { task: 'tasks', session: 'sessions' }

/** The resource of a room, where an event is about what the room is about. */
export const resourceOfRoom = (room: string, event: string): string | undefined => {
  const [subject = '', id] = room.split(':')
  const kind = kindOfRoom[subject]
  return kind !== undefined && id !== undefined && event.startsWith(`${subject}:`)
    ? uriOf(kind, id)
    : undefined
}
