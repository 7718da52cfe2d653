// The reference, and a validator that is independent of what made it.
import { Ajv2020 } from 'ajv/dist/2020'
import formats from 'ajv-formats'
import { allOperations } from '../../functions/all-operations'
import { createDocument } from '../../functions/openapi/document'

export const document = createDocument(allOperations, '0.0.0')

export const ajv = formats.default(new Ajv2020({ strict: false, allErrors: true }))
ajv.addSchema(document, 'openapi')

/** The check that the reference has at a pointer. */
export const checkAt = (...keys: string[]) => {
  const pointer = keys.map((key) => encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1')))
  const check = ajv.getSchema(`openapi#/${pointer.join('/')}`)
  if (!check) throw new Error(`the reference has no schema at ${keys.join(' ')}`)
  return check
}
