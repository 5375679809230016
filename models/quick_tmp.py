import sys
from pathlib import Path
import subprocess
from evaluate import scores, sets
from pipeline.paths import WORK
if __name__=="__main__":
    n=int(sys.argv[1]); tag=sys.argv[2]
    pairs=[("joe","kathleen"),("jm_kumo","kathleen"),("kathleen","joe"),("asterisk","kathleen")]
    for s,v in pairs[:int(sys.argv[3])]:
        out=WORK/"quick"/f"{tag}-{s}-{v}"
        k=n if s!="asterisk" else 5
        subprocess.run([sys.executable,"-m","pipeline.convert",str(sets.files_of(s)[0].parent),str(out),"--voice",v,"--limit",str(k)],check=True)
        ins=sets.files_of(s)[:k]; outs=[out/f.name for f in ins]; t=[sets.texts_of(s)[f.stem] for f in ins]
        print(tag,s,v,"WER src %.1f out %.1f"%(scores.wer(ins,t),scores.wer(outs,t)),"DNSMOS %.2f"%scores.naturalness(outs),"sim %.3f"%scores.similarity(outs,sets.references_of(v)), "" if s=="asterisk" else "src sim %.3f f0 %.3f"%(scores.similarity(outs,sets.references_of(s)),scores.f0_correlation(outs,ins)),flush=True)
