#!/usr/bin/env bash
# A throw-away Slurm for tests (not a test): one slurmctld and N slurmd on this machine, each slurmd a "node". Needs
# root and Debian's slurm-wlm and munge (with separate networks: iproute2 too). No init system, no
# cgroups and no database.
#
#   slurm_local.sh up [N]      start N nodes (default 2), wait until all are idle
#   eval "$(slurm_local.sh env)"   what a shell needs to use it
#   slurm_local.sh status      sinfo
#   slurm_local.sh down        stop what this script started and remove its state
#
# TWP_SLURM_NET=loopback  (default) all daemons on 127.0.0.1
#               netns     every node has its own network namespace, host name and /dev/shm, joined by a
#                         bridge: a real network path
# TWP_SLURM_DIR   state folder (default /tmp/twp-slurm; keep it short)
# TWP_SLURM_CPUS  CPUs declared per node (default 2; may exceed the real ones)
# TWP_SLURM_PORT  first port (default 16817)
set -euo pipefail

DIR=${TWP_SLURM_DIR:-/tmp/twp-slurm}
CPUS=${TWP_SLURM_CPUS:-2}
PORT=${TWP_SLURM_PORT:-16817}
NET=${TWP_SLURM_NET:-loopback}
SUBNET=10.99.7 BRIDGE=tpbr0
[ ! -e "$DIR/net" ] || NET=$(cat "$DIR/net")
HOST=$(hostname -s)
export SLURM_CONF=$DIR/slurm.conf

die() { echo "slurm_local: $*" >&2; exit 1; }

# The daemons listen on what this machine's own name resolves to: 127.0.1.1 on a Debian as it is installed.
ADDRESS=$(getent ahostsv4 "$HOST" | awk 'NR == 1 { print $1 }') || true
[ "$NET" != loopback ] || [ -n "$ADDRESS" ] ||
  die "this machine's own name, $HOST, resolves to nothing, and Slurm asks for it: install libnss-myhostname"

write_conf() { # $1 = number of nodes
  local i addr host
  {
    echo "ClusterName=twinpath"
    if [ "$NET" = loopback ]; then
      echo "SlurmctldHost=$HOST($ADDRESS)"
    else
      echo "SlurmctldHost=tp0($SUBNET.1)"
    fi
    echo "SlurmctldPort=$PORT"
    echo "SlurmUser=root"
    echo "SlurmdUser=root"
    echo "AuthType=auth/munge"
    echo "CredType=cred/munge"
    # A requeued job waits until its credential has expired: 120 s unless told.
    echo "AuthInfo=socket=$DIR/munge/munge.sock,cred_expire=5"
    # Listen on what the daemon's host name resolves to, not on every address. In
    # netns mode srun (outside the name spaces) must stay reachable from the nodes.
    if [ "$NET" = loopback ]; then
      echo "CommunicationParameters=NoCtldInAddrAny,NoInAddrAny"
    else
      echo "CommunicationParameters=NoCtldInAddrAny"
    fi
    echo "StateSaveLocation=$DIR/state"
    echo "SlurmctldPidFile=$DIR/slurmctld.pid"
    echo "SlurmdPidFile=$DIR/slurmd-%n.pid"
    echo "SlurmdSpoolDir=$DIR/spool-%n"
    echo "SlurmctldLogFile=$DIR/slurmctld.log"
    echo "SlurmdLogFile=$DIR/slurmd-%n.log"
    # PMIx makes its rendezvous folder here; without %n the nodes, which share
    # one file system, would collide in /tmp and every multi-node step would fail.
    echo "TmpFS=$DIR/tmp-%n"
    echo "ProctrackType=proctrack/linuxproc"
    echo "TaskPlugin=task/none"
    echo "JobAcctGatherType=jobacct_gather/none"
    echo "AccountingStorageType=accounting_storage/none"
    # There is no sacct without a database: finished jobs are lines in this file.
    echo "JobCompType=jobcomp/filetxt"
    echo "JobCompLoc=$DIR/jobcomp.log"
    echo "MpiDefault=pmix"
    # CPUs are what we declare, not what the machine has.
    echo "SlurmdParameters=config_overrides"
    echo "SelectType=select/cons_tres"
    echo "SelectTypeParameters=CR_Core"
    echo "SchedulerType=sched/backfill"
    echo "SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0"
    echo "MaxArraySize=10001"
    echo "MaxJobCount=20000"
    echo "ReturnToService=2"
    echo "SlurmdTimeout=10"
    echo "KillWait=2"
    echo "JobRequeue=1"
    for ((i = 1; i <= $1; i++)); do
      addr=$ADDRESS host=$HOST
      [ "$NET" = loopback ] || { addr=$SUBNET.$((10 + i)); host=tp$i; }
      echo "NodeName=tp$i NodeHostname=$host NodeAddr=$addr Port=$((PORT + i)) CPUs=$CPUS" \
           "Boards=1 SocketsPerBoard=1 CoresPerSocket=$CPUS ThreadsPerCore=1 RealMemory=1000"
    done
    echo "PartitionName=test Nodes=ALL Default=YES MaxTime=30 State=UP"
  } > "$SLURM_CONF"
  # slurmd 22.05 always loads a cgroup plugin and knows no "disabled"; v1 acts only
  # when a task or process-tracking plugin asks it to, so it needs no cgroups here.
  echo "CgroupPlugin=cgroup/v1" > "$DIR/cgroup.conf"
}

net_up() { # $1 = number of nodes
  local i
  ip link add "$BRIDGE" type bridge
  ip addr add "$SUBNET.1/24" dev "$BRIDGE"
  ip link set "$BRIDGE" up
  for ((i = 1; i <= $1; i++)); do
    ip netns add "tp$i"
    ip link add "tpv$i" type veth peer name eth0 netns "tp$i"
    ip link set "tpv$i" master "$BRIDGE" up
    ip -n "tp$i" link set lo up
    ip -n "tp$i" addr add "$SUBNET.$((10 + i))/24" dev eth0
    ip -n "tp$i" link set eth0 up
  done
}

net_down() {
  local ns
  for ns in $(ip netns list 2> /dev/null | awk '$1 ~ /^tp[0-9]+$/ {print $1}'); do ip netns del "$ns"; done
  ip link del "$BRIDGE" 2> /dev/null || true
}

# In netns mode a daemon runs with a host name of its own and a hosts file that
# knows all of them: slurmctld binds to what its host name resolves to.
write_hosts() { # $1 = number of nodes
  local i
  cp /etc/hosts "$DIR/hosts"
  for ((i = 1; i <= $1; i++)); do echo "$SUBNET.$((10 + i)) tp$i" >> "$DIR/hosts"; done
  echo "$SUBNET.1 tp0" >> "$DIR/hosts"
}

start_ctld() {
  if [ "$NET" = loopback ]; then
    slurmctld -c -f "$SLURM_CONF"
  else
    unshare --uts --mount bash -c \
      "hostname tp0; mount --bind $DIR/hosts /etc/hosts; exec slurmctld -c -f $SLURM_CONF"
  fi || die "slurmctld failed, see $DIR/slurmctld.log"
}

start_node() { # $1 = index
  local n=tp$1
  mkdir -p "$DIR/spool-$n" "$DIR/tmp-$n"
  if [ "$NET" = loopback ]; then
    slurmd -N "$n" -f "$SLURM_CONF"
  else
    # A job on this node sees its own host name, /dev/shm and network.
    ip netns exec "$n" unshare --uts --mount --ipc bash -c \
      "hostname $n; mount -t tmpfs tmpfs /dev/shm; mount --bind $DIR/hosts /etc/hosts; exec slurmd -N $n -f $SLURM_CONF"
  fi || die "slurmd $n failed, see $DIR/slurmd-$n.log"
}

up() {
  local n=${1:-2} c t
  [ "$(id -u)" = 0 ] || die "must run as root"
  for c in munged slurmctld slurmd sinfo; do
    command -v "$c" > /dev/null || die "$c not found: apt-get install --no-install-recommends slurm-wlm munge"
  done
  [ ! -d "$DIR" ] || die "$DIR exists: run 'down' first"
  mkdir -p "$DIR/munge" "$DIR/state"
  chmod 0755 "$DIR" "$DIR/munge"
  echo "$NET" > "$DIR/net"
  (umask 077; head -c 128 /dev/urandom > "$DIR/munge/key")
  # --force: a parent such as /tmp is world-writable, which munged only warns of then.
  munged --force --key-file="$DIR/munge/key" --socket="$DIR/munge/munge.sock" \
    --pid-file="$DIR/munge/munged.pid" --log-file="$DIR/munge/munged.log" \
    --seed-file="$DIR/munge/seed" 2> "$DIR/munge/stderr" || { cat "$DIR/munge/stderr" >&2; die "munged failed"; }
  write_conf "$n"
  [ "$NET" = loopback ] || { write_hosts "$n"; net_up "$n"; }
  start_ctld
  for ((t = 1; t <= n; t++)); do start_node "$t"; done
  SECONDS=0
  while ((SECONDS < 30)); do
    if [ "$(timeout 5 sinfo -h -N -o '%T' 2> /dev/null | grep -c '^idle$')" = "$n" ]; then return 0; fi
    sleep 0.1
  done
  timeout 5 sinfo -N -l >&2 || true
  for c in "$DIR"/slurm*.log; do echo "== $c" >&2; tail -n 20 "$c" >&2; done
  die "nodes did not become idle in 30 s"
}

# Stop daemons that this script started, by the pids in their pid files (which they
# remove before they are gone): ask all, wait up to 15 s, then insist.
stop_daemons() {
  local f pid t left pids=()
  for f in "$@"; do
    if [ -s "$f" ]; then pids+=("$(cat "$f")"); fi
  done
  for pid in "${pids[@]}"; do kill "$pid" 2> /dev/null || true; done
  for ((t = 0; t < 150; t++)); do
    left=0
    for pid in "${pids[@]}"; do ! kill -0 "$pid" 2> /dev/null || left=1; done
    [ "$left" = 1 ] || return 0
    sleep 0.1
  done
  for pid in "${pids[@]}"; do kill -9 "$pid" 2> /dev/null || true; done
}

down() {
  local t
  [ -d "$DIR" ] || return 0
  timeout 10 scancel --user=root 2> /dev/null || true
  for ((t = 0; t < 50; t++)); do
    [ -n "$(timeout 5 squeue -h 2> /dev/null)" ] || break
    sleep 0.1
  done
  stop_daemons "$DIR"/slurmd-*.pid "$DIR"/slurmctld.pid
  stop_daemons "$DIR"/munge/munged.pid
  [ "$NET" = loopback ] || net_down
  rm -rf "$DIR"
}

show_env() {
  echo "export SLURM_CONF=$SLURM_CONF"
  # As root, Open MPI's own launcher refuses unless told; srun does not need these.
  echo "export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1"
  if [ "$NET" = loopback ]; then
    # The "nodes" share one /dev/shm, where Open MPI's shared-memory transport
    # would collide between them and crash: TCP over the loopback instead.
    echo "export OMPI_MCA_pml=ob1 OMPI_MCA_btl=self,tcp OMPI_MCA_btl_tcp_if_include=lo"
  else
    echo "export OMPI_MCA_pml=ob1 OMPI_MCA_btl_tcp_if_include=eth0"
  fi
}

case ${1:-} in
  up) up "${2:-2}" ;;
  down) down ;;
  status) sinfo -N -l ;;
  env) show_env ;;
  *) sed -n '2,18p' "$0" >&2; exit 2 ;;
esac
