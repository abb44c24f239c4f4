import * as tf from '@tensorflow/tfjs';

interface WasmMemory {
  makeOutput(shape: number[], dtype: tf.DataType): tf.TensorInfo;
  typedArrayFromHeap(info: tf.TensorInfo): Float32Array | Int32Array;
}

interface CpuMemory {
  data: { get(dataId: object): { values: Float32Array | Int32Array } };
  makeTensorInfo(shape: number[], dtype: tf.DataType, values: Float32Array): tf.TensorInfo;
}

/**
 * UnsortedSegmentSum, the gradient of gather and embed: the wasm backend lacks it and the cpu backend's own compares every segment with
 * every row. Rows are added in index order. float32 only; segment ids outside the range are skipped, as in TensorFlow.
 */
export function registerSegmentSum(): void {
  if (tf.getKernel('UnsortedSegmentSum', 'wasm') == null) {
    tf.registerKernel({
      kernelName: 'UnsortedSegmentSum',
      backendName: 'wasm',
      kernelFunc: ({ inputs, attrs, backend }) => {
        const memory = backend as WasmMemory;
        const [x, ids, segments] = segmentArguments(inputs, attrs);
        const out = memory.makeOutput([segments, ...x.shape.slice(ids.shape.length)], 'float32');
        // Views come after the allocation, which may move the heap.
        const sums = memory.typedArrayFromHeap(out);
        addSegments(memory.typedArrayFromHeap(x), memory.typedArrayFromHeap(ids), sums);
        return out;
      },
    });
  }
  tf.unregisterKernel('UnsortedSegmentSum', 'cpu');
  tf.registerKernel({
    kernelName: 'UnsortedSegmentSum',
    backendName: 'cpu',
    kernelFunc: ({ inputs, attrs, backend }) => {
      const memory = backend as CpuMemory;
      const [x, ids, segments] = segmentArguments(inputs, attrs);
      const shape = [segments, ...x.shape.slice(ids.shape.length)];
      const sums = new Float32Array(tf.util.sizeFromShape(shape));
      addSegments(memory.data.get(x.dataId).values, memory.data.get(ids.dataId).values, sums);
      return memory.makeTensorInfo(shape, 'float32', sums);
    },
  });
}

function segmentArguments(
  inputs: tf.NamedTensorInfoMap,
  attrs: tf.NamedAttrMap | undefined,
): [x: tf.TensorInfo, ids: tf.TensorInfo, segments: number] {
  return [inputs['x']!, inputs['segmentIds']!, attrs!['numSegments'] as number];
}

function addSegments(
  x: Float32Array | Int32Array,
  ids: Float32Array | Int32Array,
  sums: Float32Array | Int32Array,
): void {
  sums.fill(0);
  const width = x.length / Math.max(1, ids.length);
  const segments = sums.length / Math.max(1, width);
  for (let n = 0; n < ids.length; n++) {
    const segment = ids[n]!;
    if (segment < 0 || segment >= segments) continue;
    for (let d = 0; d < width; d++) sums[segment * width + d]! += x[n * width + d]!;
  }
}
