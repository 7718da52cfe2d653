import type { CreateProjectRequest, Project, UpdateProjectRequest } from '../../schemas/project'
import type { DeleteResponse } from '../../schemas/responses'
import { type ChangeOptions, ifMatch, type PageOptions, pageOf, taggedOf } from './entities'
import { path, type Requests } from './requests'

export const projectsOf = (requests: Requests) => ({
  list: () => requests.ask<Project[]>('GET', '/api/projects'),
  page: (options: PageOptions) => pageOf<Project>(requests, '/api/projects', { ...options }),
  create: (body: CreateProjectRequest) => requests.ask<Project>('POST', '/api/projects', { body }),
  get: (id: string) => requests.ask<Project>('GET', path`/api/projects/${id}`),
  getTagged: (id: string) => taggedOf<Project>(requests, path`/api/projects/${id}`),
  update: (id: string, body: UpdateProjectRequest, options?: ChangeOptions) =>
    requests.ask<Project>('PUT', path`/api/projects/${id}`, { body, ...ifMatch(options) }),
  /** Refused while tasks or sessions belong to it. */
  delete: (id: string, options?: ChangeOptions) =>
    requests.ask<DeleteResponse>('DELETE', path`/api/projects/${id}`, ifMatch(options)),
})
