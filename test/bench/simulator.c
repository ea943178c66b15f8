/*
 * A network behind a TUN device: answers every echo request after exactly DELAY_US and drops PERCENT of them.
 *
 *   simulator DEVICE DELAY_US PERCENT
 *
 * Needs root. Says "ready" when the device exists (without an address yet), and at SIGTERM one JSON object: how many
 * requests there were, how many it dropped, and after what time it really answered 99 of 100.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#define LARGEST 2048
#define WAITING 65536
#define BUCKET_NS 10000
#define BUCKETS 100000

/* The delay is the same for all, so that the first to come is the first to leave. */
static struct { int64_t came_ns; int length; unsigned char bytes[LARGEST]; } queue[WAITING];
static uint32_t head, tail;
/* How long requests really stayed here. */
static uint32_t stayed[BUCKETS];
static volatile sig_atomic_t stopped;

static void stop(int signal) {
  (void)signal;
  stopped = 1;
}

static int64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

/* Turns an IPv4 echo request into its reply; 0 where the packet is none. */
static int answer(unsigned char *packet, int length) {
  int header = (packet[0] & 15) * 4;
  if (packet[0] >> 4 != 4 || length < header + 8 || packet[9] != 1 || packet[header] != 8) return 0;
  unsigned char address[4];
  memcpy(address, packet + 12, 4);
  memcpy(packet + 12, packet + 16, 4);
  memcpy(packet + 16, address, 4);
  packet[header] = 0;
  /* Type 8 became 0: the ones' complement sum is smaller by 0x0800, its complement larger (RFC 1624). */
  uint32_t sum = (packet[header + 2] << 8 | packet[header + 3]) + 0x0800;
  sum = (sum & 0xffff) + (sum >> 16);
  packet[header + 2] = sum >> 8;
  packet[header + 3] = sum;
  return 1;
}

static int open_tun(const char *name) {
  int tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
  struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
  strncpy(request.ifr_name, name, IFNAMSIZ - 1);
  if (tun < 0 || ioctl(tun, TUNSETIFF, &request) < 0) {
    perror("simulator: /dev/net/tun");
    exit(1);
  }
  return tun;
}

int main(int argc, char **argv) {
  if (argc != 4) {
    fprintf(stderr, "usage: simulator DEVICE DELAY_US PERCENT\n");
    return 2;
  }
  int64_t delay_ns = atoll(argv[2]) * 1000;
  double lost = atof(argv[3]) / 100;
  uint64_t requests = 0, dropped = 0;
  int tun = open_tun(argv[1]);
  struct sigaction action = {.sa_handler = stop};
  sigaction(SIGTERM, &action, NULL);
  /* A network does not wait for a CPU: where it may, this runs before everything else. */
  struct sched_param priority = {.sched_priority = 10};
  sched_setscheduler(0, SCHED_FIFO, &priority);
  prctl(PR_SET_TIMERSLACK, 1);
  srand48(1);
  puts("ready");
  fflush(stdout);

  while (!stopped) {
    for (; head != tail && queue[head % WAITING].came_ns + delay_ns <= now_ns(); head++) {
      int64_t bucket = (now_ns() - queue[head % WAITING].came_ns) / BUCKET_NS;
      stayed[bucket < BUCKETS ? bucket : BUCKETS - 1]++;
      if (write(tun, queue[head % WAITING].bytes, queue[head % WAITING].length) < 0) perror("simulator: write");
    }
    while (tail - head < WAITING) {
      unsigned char *bytes = queue[tail % WAITING].bytes;
      int length = read(tun, bytes, LARGEST);
      if (length <= 0) break;
      if (!answer(bytes, length)) continue;
      requests++;
      if (drand48() < lost) {
        dropped++;
        continue;
      }
      queue[tail % WAITING].came_ns = now_ns();
      queue[tail % WAITING].length = length;
      tail++;
    }
    int64_t wait_ns = head == tail ? 1000000000LL : queue[head % WAITING].came_ns + delay_ns - now_ns();
    if (wait_ns <= 0) continue;
    struct timespec wait = {wait_ns / 1000000000LL, wait_ns % 1000000000LL};
    struct pollfd readable = {.fd = tun, .events = POLLIN};
    ppoll(&readable, 1, &wait, NULL);
  }
  uint64_t answered = 0, bucket = 0;
  while (bucket < BUCKETS && answered < (requests - dropped) * 99 / 100) answered += stayed[bucket++];
  printf("{\"requests\":%lu,\"dropped\":%lu,\"stayedP99Ms\":%.2f}\n", requests, dropped, bucket * (BUCKET_NS / 1e6));
  return 0;
}
