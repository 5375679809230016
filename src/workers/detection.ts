import { expose } from 'comlink';
import { DetectionJobs } from '../watermark/jobs';
import { followPageLanguage } from '../text/worker-language';

followPageLanguage();
expose(new DetectionJobs());
