/** Result of a float64 reference operation: the output, and its exact gradients for a given dy; arrays are row-major like the tensors. */
export interface ReferenceResult<Input extends string> {
  out: Float64Array;
  gradients: (dy: Float64Array) => Record<Input, Float64Array>;
}
