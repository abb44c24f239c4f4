/** Central differences of loss = sum(dy * f()) with respect to each element of `input`, which f reads; for checking exact gradients. */
export function finiteDifferences(f: () => Float64Array, input: Float64Array, dy: Float64Array): Float64Array {
  const step = 1e-5;
  const loss = () => f().reduce((sum, value, i) => sum + value * dy[i]!, 0);
  return input.map((value, i) => {
    input[i] = value + step;
    const above = loss();
    input[i] = value - step;
    const below = loss();
    input[i] = value;
    return (above - below) / (2 * step);
  });
}
