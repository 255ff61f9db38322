import sys
import time

sys.stdout.write("waiting for a licence server")
sys.stdout.flush()
time.sleep(3600)
