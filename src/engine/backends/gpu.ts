/** The part of WebGPU that the engine uses; TypeScript's own libraries do not declare it yet. */
interface GpuAdapter {
  readonly info: {
    vendor: string;
    architecture: string;
    device: string;
    description: string;
    isFallbackAdapter?: boolean;
  };
  readonly features: { has(name: string): boolean };
  readonly limits: Record<string, number>;
  requestDevice(options: {
    requiredFeatures: string[];
    requiredLimits: Record<string, number>;
  }): Promise<GpuDevice>;
}

export interface GpuDevice {
  readonly lost: Promise<{ reason?: string; message: string }>;
  destroy(): void;
}

const SOFTWARE = /swiftshader|llvmpipe|lavapipe|basic render|warp/i;
/** Requested if the adapter has them, for onnxruntime's kernels. */
const FEATURES = ['shader-f16', 'subgroups'];
const LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupSizeZ',
  'maxComputeWorkgroupsPerDimension',
];

/** A WebGPU device, or undefined if there is none; software adapters count only if `allowSoftware`. */
export async function requestGpuDevice(allowSoftware: boolean): Promise<GpuDevice | undefined> {
  const { gpu } = navigator as { gpu?: { requestAdapter(): Promise<GpuAdapter | null> } };
  const adapter = await gpu?.requestAdapter();
  if (!adapter) return undefined;
  const { vendor, architecture, device, description, isFallbackAdapter } = adapter.info;
  const isSoftware =
    isFallbackAdapter || SOFTWARE.test([vendor, architecture, device, description].join(' '));
  if (isSoftware && !allowSoftware) return undefined;
  return adapter.requestDevice({
    requiredFeatures: FEATURES.filter((name) => adapter.features.has(name)),
    requiredLimits: Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]!])),
  });
}

/** Whether to try WebGPU: not in Safari, which runs the networks faster in WebAssembly. */
export function mayHaveGpu(): boolean {
  const isSafari = /AppleWebKit/.test(navigator.userAgent) && !/Chrom(e|ium)\//.test(navigator.userAgent);
  return 'gpu' in navigator && !isSafari;
}
