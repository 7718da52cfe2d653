// Does a step of any work by the rule that it is about.
import { claimNext, claimTask, releaseTask } from '../../storage/rules/claims'
import { endSession, stopSession } from '../../storage/rules/endings'
import { addTask, pushTask, removeTask } from '../../storage/rules/links'
import { sendMessage, updateMessage } from '../../storage/rules/messages'
import { deleteProject } from '../../storage/rules/projects'
import { completeCurrent, failCurrent, skipNext, startNext } from '../../storage/rules/queues'
import {
  answerRequest,
  createRequest,
  noteAnswerDelivered,
  withdrawRequest,
} from '../../storage/rules/requests'
import { createSession, deleteSession, updateSession } from '../../storage/rules/sessions'
import { createTask, deleteTask, updateTask } from '../../storage/rules/tasks'
import type { Transaction } from '../../storage/transaction'
import { machine } from '../drivers/sample-data'
import { none, type Step } from './any-step'

/** What the rule returns: of one that yields, its steps, which are still to be gone through. */
export const performStep = (tx: Transaction, step: Step) => {
  const named = (kind: 'projects' | 'tasks' | 'sessions' | 'requests' | 'messages') => {
    const ids = tx.list(kind).map(({ id }) => id)
    return (number: number) => (number === none ? undefined : ids[number % ids.length]) ?? 'none'
  }
  const [project, task, session] = [named('projects'), named('tasks'), named('sessions')]
  const [request, message] = [named('requests'), named('messages')]
  switch (step.do) {
    case 'delete project':
      return deleteProject(tx, project(step.project))
    case 'create task':
      return createTask(tx, {
        projectId: project(step.project),
        title: 't',
        parentId: step.parent === null ? undefined : task(step.parent),
        dependencies: [...new Set(step.dependencies.map(task))],
        priority: step.priority,
      })
    case 'claim':
      return claimTask(tx, task(step.task), session(step.session))
    case 'claim next':
      return claimNext(tx, session(step.session), {
        under: step.under === undefined ? undefined : task(step.under),
      })
    case 'release':
      return releaseTask(tx, task(step.task), step, session(step.session))
    case 'update task':
      return updateTask(tx, task(step.task), {
        ...('status' in step && { status: step.status }),
        ...('parent' in step && { parentId: step.parent === null ? null : task(step.parent) }),
        ...('dependencies' in step && { dependencies: [...new Set(step.dependencies.map(task))] }),
        ...('sessions' in step && { sessionIds: [...new Set(step.sessions.map(session))] }),
      })
    case 'delete task':
      return deleteTask(tx, task(step.task))
    case 'create session':
      return createSession(
        tx,
        {
          projectId: project(step.project),
          taskIds: [...new Set(step.tasks.map(task))],
          strategy: step.strategy,
        },
        machine,
      )
    case 'update session':
      return updateSession(tx, session(step.session), {
        status: step.status,
        taskIds: step.tasks && [...new Set(step.tasks.map(task))],
      })
    case 'end':
      return endSession(tx, session(step.session), {
        ...step.how,
        outcomes: step.outcomes.map((said) => ({ taskId: task(said.task), outcome: said.outcome })),
      })
    case 'stop':
      return stopSession(tx, session(step.session))
    case 'report': {
      const id = task(step.task)
      // Who reports of a task that no session has is no session.
      if (tx.get('tasks', id)?.sessionIds.length === 0) return undefined
      const sessionId = session(step.session)
      return updateTask(tx, id, { updateSource: 'session', sessionStatus: step.said, sessionId })
    }
    case 'delete session':
      return deleteSession(tx, session(step.session))
    case 'ask':
      return createRequest(tx, session(step.session), {
        kind: step.kind,
        title: 'Which?',
        taskId: step.task === undefined ? undefined : task(step.task),
      })
    case 'answer':
      return answerRequest(tx, request(step.request), { text: 'so', by: 'user', from: 'user' })
    case 'withdraw':
      return withdrawRequest(tx, request(step.request))
    case 'deliver':
      return noteAnswerDelivered(tx, request(step.request))
    case 'tell':
      return sendMessage(tx, session(step.session), { text: 'hello' }, 'user')
    case 'move':
      return updateMessage(tx, message(step.message), { state: step.state })
    case 'wait': {
      const id = session(step.session)
      // Only what requests say is known to be so.
      if (step.active && tx.count('requests', { openOf: id }) === 0) return undefined
      return updateSession(tx, id, { needsInput: { active: step.active } })
    }
    case 'add':
      return addTask(tx, session(step.session), task(step.task))
    case 'remove':
      return removeTask(tx, session(step.session), task(step.task))
    case 'push':
      return pushTask(tx, session(step.session), task(step.task))
    case 'start':
      return startNext(tx, session(step.session))
    case 'complete':
      return completeCurrent(tx, session(step.session))
    case 'fail':
      return failCurrent(tx, session(step.session))
    case 'skip':
      return skipNext(tx, session(step.session))
  }
}
