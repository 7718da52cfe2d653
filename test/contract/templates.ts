// What the tests of templates share: their shape, and the requests they all make.
import type { client } from './http'

export interface Template {
  id: string
  name: string
  role: string
  content: string
  isDefault: boolean
  createdAt: number
  updatedAt: number
}

export const templatesOf = (api: ReturnType<typeof client>) => ({
  list: () => api.get<Template[]>('/api/templates'),
  make: (fields: object = {}) =>
    api.ok<Template>('POST', '/api/templates', {
      name: 'Careful',
      role: 'worker',
      content: 'Care.',
      ...fields,
    }),
  builtIn: async (role: string) =>
    (await api.get<{ content: string }>(`/api/templates/default/${role}`)).content,
})
