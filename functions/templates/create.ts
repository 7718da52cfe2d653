import { apiError } from '../../schemas/errors'
import { issuesOf, type Problem, validationError } from '../../schemas/problems'
import { CreateTemplateRequest, Template } from '../../schemas/template'
import { createTemplate as create } from '../../storage/rules/templates'
import { operation } from '../http/operation'
import { respondChange } from '../http/respond-change'

/** Whichever of the three is missing, the message names them all; the issues say which. */
const refuse = (problems: Problem[]) =>
  problems.some(({ path, message }) => message === `${path} is required`)
    ? apiError('VALIDATION_ERROR', 'name, role, and content are required', issuesOf(problems))
    : validationError(problems)

export const createTemplate = operation({
  method: 'POST',
  path: '/api/templates',
  name: 'templates.create',
  sessionAccess: 'person',
  summary: 'Create a template',
  description: 'Its role uses it from now on, until another custom template is created or updated.',
  body: CreateTemplateRequest,
  refuse,
  answers: { status: 201, schema: Template },
  errors: ['STORAGE_UNAVAILABLE'],
  emits: ['template:created'],
  example: () => ({
    body: { name: 'Careful worker', role: 'worker', content: 'You work on {{PROJECT_NAME}}.' },
  }),
  run: (c, { body }) =>
    respondChange(c, (tx) => ({ entry: tx.entry('templates', create(tx, body).id), status: 201 })),
})
