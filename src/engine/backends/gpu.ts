/** What the engine uses of WebGPU; TypeScript's own libraries do not know it yet. */
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
/** What onnxruntime's kernels may use where the adapter has it. */
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

/** A device of this machine's GPU, or undefined where there is none; a software one only if allowed. */
export async function requestGpuDevice(allowSoftware: boolean): Promise<GpuDevice | undefined> {
  const { gpu } = navigator as { gpu?: { requestAdapter(): Promise<GpuAdapter | null> } };
  const adapter = await gpu?.requestAdapter();
  if (!adapter) return undefined;
  const { vendor, architecture, device, description, isFallbackAdapter } = adapter.info;
  const software = isFallbackAdapter || SOFTWARE.test([vendor, architecture, device, description].join(' '));
  if (software && !allowSoftware) return undefined;
  return adapter.requestDevice({
    requiredFeatures: FEATURES.filter((name) => adapter.features.has(name)),
    requiredLimits: Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]!])),
  });
}

/** Whether WebGPU is worth a try. Safari runs the networks faster in plain WebAssembly. */
export function mayHaveGpu(): boolean {
  const safari = /AppleWebKit/.test(navigator.userAgent) && !/Chrom(e|ium)\//.test(navigator.userAgent);
  return 'gpu' in navigator && !safari;
}
