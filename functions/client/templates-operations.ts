// Made from the list of operations by `npm run generate`: not to be edited.
import type { DeleteResponse } from '../../schemas/responses'
import type {
  BuiltInTemplate,
  CreateTemplateRequest,
  Template,
  UpdateTemplateRequest,
} from '../../schemas/template'
import {
  type ChangeOptions,
  changeHeaders,
  type PageOptions,
  pageOf,
  type RepeatOptions,
  taggedOf,
} from './entities'
import { path, type Requests } from './requests'

export const templatesOf = (requests: Requests) => ({
  /** List templates */
  list: () => requests.ask<Template[]>('GET', '/api/templates'),
  /** The same, a page at a time */
  page: (options: PageOptions) => pageOf<Template>(requests, '/api/templates', { ...options }),
  /** Create a template. Its role uses it from now on, until another custom template is created or updated. */
  create: (body: CreateTemplateRequest, options?: RepeatOptions) =>
    requests.ask<Template>('POST', '/api/templates', { body, ...changeHeaders(options) }),
  /** Get the built-in text of a role */
  builtIn: (role: 'worker' | 'orchestrator') =>
    requests.ask<BuiltInTemplate>('GET', path`/api/templates/default/${role}`),
  /** Get the template that a role uses. The custom one that was updated last; with none, the default. */
  ofRole: (role: 'worker' | 'orchestrator') =>
    requests.ask<Template>('GET', path`/api/templates/role/${role}`),
  /** The same, with the tag that names this very state */
  ofRoleTagged: (role: 'worker' | 'orchestrator') =>
    taggedOf<Template>(requests, path`/api/templates/role/${role}`),
  /** Get a template */
  get: (id: string) => requests.ask<Template>('GET', path`/api/templates/${id}`),
  /** The same, with the tag that names this very state */
  getTagged: (id: string) => taggedOf<Template>(requests, path`/api/templates/${id}`),
  /** Update a template. Its role never changes. */
  update: (id: string, body: UpdateTemplateRequest, options?: ChangeOptions) =>
    requests.ask<Template>('PUT', path`/api/templates/${id}`, { body, ...changeHeaders(options) }),
  /** Delete a template. A default one, too: its role then uses the built-in text until the server starts again. */
  delete: (id: string, options?: ChangeOptions) =>
    requests.ask<DeleteResponse>('DELETE', path`/api/templates/${id}`, changeHeaders(options)),
  /** Reset a template to the built-in text of its role */
  reset: (id: string, options?: ChangeOptions & RepeatOptions) =>
    requests.ask<Template>('POST', path`/api/templates/${id}/reset`, changeHeaders(options)),
})
