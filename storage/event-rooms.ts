import { type EventData, type EventName, mainRoomOf } from '../schemas/events'
import { type DataEvent, kindOfEvent, type StateEvent } from './event'
import { kinds } from './kinds'
import type { Fields, Subject } from './kinds/kind'

/** Finds the project of a task or session, also of one that is being removed. */
type ProjectOf = (kind: 'tasks' | 'sessions', id: string | undefined) => string | undefined

/** The rooms of an event that carries an entity's state, by the values by which that can be found. */
export const roomsOfStateEvent = (
  name: StateEvent,
  id: string,
  projectOf: ProjectOf,
  fieldsOf: () => Fields = () => ({}),
): string[] => rooms(name, kinds[kindOfEvent(name)].subject(id, fieldsOf), projectOf)

/** The rooms of any other event, by its data. */
export const roomsOfDataEvent = (
  name: DataEvent,
  data: EventData<DataEvent>,
  projectOf: ProjectOf,
): string[] => rooms(name, subjectOf(name, data), projectOf)

const subjectOf = (name: DataEvent, data: EventData<DataEvent>): Subject => {
  if ('session' in data) return { sessionId: data.session.id, projectId: data.projectId }
  if ('item' in data) return { sessionId: data.sessionId, taskId: data.item.taskId }
  if ('taskId' in data) return data
  if (name === 'project:deleted') return { projectId: data.id }
  if (name === 'task:deleted') return { taskId: data.id }
  if (name === 'session:deleted') return { sessionId: data.id }
  return {}
}

const rooms = (
  name: EventName,
  { projectId, sessionId, taskId }: Subject,
  projectOf: ProjectOf,
): string[] => {
  const main = mainRoomOf(name)
  const names = main === undefined ? [] : [main]
  const ofTask = projectOf('tasks', taskId)
  const ofSession = projectOf('sessions', sessionId)
  // No sets: a change may have tens of thousands of events.
  if (projectId !== undefined) names.push(`project:${projectId}`)
  if (ofTask !== undefined && ofTask !== projectId) names.push(`project:${ofTask}`)
  if (ofSession !== undefined && ofSession !== projectId && ofSession !== ofTask)
    names.push(`project:${ofSession}`)
  if (sessionId !== undefined) names.push(`session:${sessionId}`)
  if (taskId !== undefined) names.push(`task:${taskId}`)
  return names
}
