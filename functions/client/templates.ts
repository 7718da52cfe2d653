import type { DeleteResponse } from '../../schemas/responses'
import type {
  BuiltInTemplate,
  CreateTemplateRequest,
  Role,
  Template,
  UpdateTemplateRequest,
} from '../../schemas/template'
import { type ChangeOptions, ifMatch, type PageOptions, pageOf, taggedOf } from './entities'
import { path, type Requests } from './requests'

export const templatesOf = (requests: Requests) => ({
  list: () => requests.ask<Template[]>('GET', '/api/templates'),
  page: (options: PageOptions) => pageOf<Template>(requests, '/api/templates', { ...options }),
  create: (body: CreateTemplateRequest) => requests.ask<Template>('POST', '/api/templates', { body }),
  get: (id: string) => requests.ask<Template>('GET', path`/api/templates/${id}`),
  getTagged: (id: string) => taggedOf<Template>(requests, path`/api/templates/${id}`),
  update: (id: string, body: UpdateTemplateRequest, options?: ChangeOptions) =>
    requests.ask<Template>('PUT', path`/api/templates/${id}`, { body, ...ifMatch(options) }),
  delete: (id: string, options?: ChangeOptions) =>
    requests.ask<DeleteResponse>('DELETE', path`/api/templates/${id}`, ifMatch(options)),
  /** Gives it the built-in text of its role again. */
  reset: (id: string) => requests.ask<Template>('POST', path`/api/templates/${id}/reset`),
  /** The template that sessions of a role start from; 404 if the role has none. */
  ofRole: (role: Role) => requests.ask<Template>('GET', path`/api/templates/role/${role}`),
  /** The text that the server brings with it. */
  builtIn: (role: Role) => requests.ask<BuiltInTemplate>('GET', path`/api/templates/default/${role}`),
})
