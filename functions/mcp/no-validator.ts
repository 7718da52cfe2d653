/**
 * Stands for what the SDK takes from the platform, in what is built: a checker of JSON Schemas, which we give it ourselves,
 * and the process, whose standard input and output we name.
 */
export class DefaultJsonSchemaValidator {}

export const process = {}
