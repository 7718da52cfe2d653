// A room that is sent too little hides work from somebody who waits for it; one that is sent too much floods them.
import { describe, expect, it } from 'vitest'
import type { DataEvent, StateEvent } from '../../storage/event'
import { roomsOfDataEvent, roomsOfStateEvent } from '../../storage/event-rooms'

/** Task `t` is in project `p`, session `s` in project `q`; nothing else is anywhere. */
const projects: Record<string, string> = { 'tasks:t': 'p', 'sessions:s': 'q' }
const projectOf = (kind: 'tasks' | 'sessions', id: string | undefined) => projects[`${kind}:${id}`]
const item = { taskId: 't', status: 'skipped' as const, addedAt: 1 }

describe('an event that tells of an entity goes to', () => {
  it.each<[StateEvent, string, string[]]>([
    ['project:created', 'p', ['all', 'project:p']],
    ['project:updated', 'p', ['all', 'project:p']],
    ['task:created', 't', ['all', 'project:p', 'task:t']],
    ['task:updated', 't', ['all', 'project:p', 'task:t']],
    ['session:created', 's', ['all', 'project:q', 'session:s']],
    ['session:updated', 's', ['all', 'project:q', 'session:s']],
    ['queue:created', 's', ['queues', 'project:q', 'session:s']],
    ['queue:updated', 's', ['queues', 'project:q', 'session:s']],
    ['template:created', 'm', ['templates']],
    ['template:updated', 'm', ['templates']],
  ])('%s of %s', (name, id, rooms) => {
    expect(roomsOfStateEvent(name, id, projectOf).sort()).toEqual(rooms.sort())
  })
})

describe('any other goes to', () => {
  it.each<[DataEvent, Parameters<typeof roomsOfDataEvent>[1], string[]]>([
    ['project:deleted', { id: 'p' }, ['all', 'project:p']],
    ['task:deleted', { id: 't' }, ['all', 'project:p', 'task:t']],
    ['session:deleted', { id: 's' }, ['all', 'project:q', 'session:s']],
    ['template:deleted', { id: 'm' }, ['templates']],
    [
      'session:task_added',
      { sessionId: 's', taskId: 't' },
      ['all', 'project:p', 'project:q', 'session:s', 'task:t'],
    ],
    [
      'task:session_removed',
      { taskId: 't', sessionId: 's' },
      ['all', 'project:p', 'project:q', 'session:s', 'task:t'],
    ],
    [
      'task:session_removed',
      { taskId: 't', sessionId: 'gone' },
      ['all', 'project:p', 'session:gone', 'task:t'],
    ],
    [
      'queue:item_skipped',
      { sessionId: 's', item },
      ['queues', 'project:p', 'project:q', 'session:s', 'task:t'],
    ],
    [
      'queue:item_failed',
      { sessionId: 's', item: { ...item, taskId: 'gone' }, reason: null },
      ['queues', 'project:q', 'session:s', 'task:gone'],
    ],
  ])('%s %j', (name, data, rooms) => {
    expect(roomsOfDataEvent(name, data, projectOf).sort()).toEqual(rooms.sort())
  })
})
