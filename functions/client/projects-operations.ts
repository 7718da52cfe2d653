// Made from the list of operations by `npm run generate`: not to be edited.
import type { CreateProjectRequest, Project, UpdateProjectRequest } from '../../schemas/project'
import type { DeleteResponse } from '../../schemas/responses'
import {
  type ChangeOptions,
  changeHeaders,
  type PageOptions,
  pageOf,
  type RepeatOptions,
  taggedOf,
} from './entities'
import { path, type Requests } from './requests'

export const projectsOf = (requests: Requests) => ({
  /** List projects */
  list: () => requests.ask<Project[]>('GET', '/api/projects'),
  /** The same, a page at a time */
  page: (options: PageOptions) => pageOf<Project>(requests, '/api/projects', { ...options }),
  /** Create a project */
  create: (body: CreateProjectRequest, options?: RepeatOptions) =>
    requests.ask<Project>('POST', '/api/projects', { body, ...changeHeaders(options) }),
  /** Get a project */
  get: (id: string) => requests.ask<Project>('GET', path`/api/projects/${id}`),
  /** The same, with the tag that names this very state */
  getTagged: (id: string) => taggedOf<Project>(requests, path`/api/projects/${id}`),
  /** Update a project */
  update: (id: string, body: UpdateProjectRequest, options?: ChangeOptions) =>
    requests.ask<Project>('PUT', path`/api/projects/${id}`, { body, ...changeHeaders(options) }),
  /** Delete a project that no task and no session refers to */
  delete: (id: string, options?: ChangeOptions) =>
    requests.ask<DeleteResponse>('DELETE', path`/api/projects/${id}`, changeHeaders(options)),
})
