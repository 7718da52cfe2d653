import { inReferenceOrder } from './http/reference-order'
import * as operationsByName from './operations'

/** Every operation of the API, in the order of the reference. */
export const allOperations = inReferenceOrder(Object.values(operationsByName))
