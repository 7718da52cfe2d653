import { Project } from '../../schemas/project'
import { operation } from '../http/operation'
import { respondStored } from '../http/stored-entity'

export const getProject = operation({
  method: 'GET',
  path: '/api/projects/:id',
  name: 'projects.get',
  sessionAccess: 'read',
  summary: 'Get a project',
  answers: { status: 200, schema: Project },
  errors: ['PROJECT_NOT_FOUND'],
  example: ({ project }) => ({ params: { id: project } }),
  run: (c, { params }) => respondStored(c, 'projects', params.id, 'PROJECT_NOT_FOUND'),
})
