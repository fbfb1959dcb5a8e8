// Naming profiles: a node's metrics under another system's names, and the way back for whoever reads such a node.

export {
  applyInverse,
  type InverseMetric,
  type InverseProfile,
  inverseProfile,
  type UnreadableMetric,
} from './inverse.ts';
export { createProfile, type Profile, type ProfileOptions } from './profile.ts';
