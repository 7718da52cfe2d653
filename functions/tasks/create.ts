import { CreateTaskRequest, Task } from '../../schemas/task'
import { createTask as create } from '../../storage/rules/tasks'
import { operation } from '../http/operation'
import { respondChange } from '../http/respond-change'

export const createTask = operation({
  method: 'POST',
  path: '/api/tasks',
  name: 'tasks.create',
  sessionAccess: 'project',
  summary: 'Create a task',
  body: CreateTaskRequest,
  answers: { status: 201, schema: Task },
  errors: ['PROJECT_NOT_FOUND', 'TASK_NOT_FOUND', 'BUSINESS_RULE_ERROR', 'CONFLICT', 'STORAGE_UNAVAILABLE'],
  emits: ['task:created'],
  example: ({ project }) => ({ body: { projectId: project, title: 'Add the login page' } }),
  run: (c, { body }) =>
    respondChange(c, (tx) => ({ entry: tx.entry('tasks', create(tx, body).id), status: 201 })),
})
