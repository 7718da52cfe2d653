import { allOperations } from '../all-operations'
import { createDocument } from './document'
import type { Reference } from './openapi-types'

/** The reference of the API. Each form is made when it is first asked for, and kept. `address`: for the examples. */
export const createReference = (version: string, address: string): Reference => {
  let json: string | undefined
  let page: ReturnType<Reference['page']> | undefined
  return {
    json() {
      json ??= JSON.stringify(createDocument(allOperations, version))
      return json
    },
    page() {
      // Loaded only when it is asked for: a server starts without it.
      page ??= import('./page').then(({ renderPage }) =>
        renderPage(createDocument(allOperations, version), address),
      )
      return page
    },
  }
}
