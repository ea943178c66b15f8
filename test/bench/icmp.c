/*
 * The limit that the engines are held against: pings by sendmmsg and recvmmsg and nothing else.
 *
 *   icmp burst  BASE ADDRESSES ROUNDS        all addresses as fast as possible, one more round first that is not counted
 *   icmp steady BASE ADDRESSES PPS SECONDS   PPS packets a second in ticks of 10 ms
 *
 * Prints one JSON object. Round-trip times end at the kernel's receive timestamp and begin at a time interpolated
 * between the start and the end of the call that sent the batch.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BATCH 64
#define PAYLOAD 56
#define TICK_NS 10000000LL
#define LAST_WAIT_MS 1000

/* linux/icmp.h clashes with netinet/ip_icmp.h. */
#define RAW_ICMP_FILTER 1

struct packet {
  struct icmphdr header;
  uint32_t number;
  uint32_t nonce;
  char rest[PAYLOAD - 8];
};

static int sock, raw;
static uint32_t nonce, next_number, counted_from, base, addresses;
static int64_t *sent_ns, *rtt_ns;
static uint32_t capacity, replies;

static int64_t now_ns(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static double cpu_ms(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e3 + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e3;
}

static uint16_t checksum(const void *data, int length) {
  const uint16_t *words = data;
  uint32_t sum = 0;
  for (int i = 0; i < length / 2; i++) sum += words[i];
  while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
  return ~sum;
}

static void open_socket(void) {
  sock = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, IPPROTO_ICMP);
  if (sock < 0) {
    raw = 1;
    sock = socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK, IPPROTO_ICMP);
    /* On loopback a raw socket would hear its own requests too. */
    uint32_t filter = ~(1u << ICMP_ECHOREPLY);
    if (sock >= 0) setsockopt(sock, SOL_RAW, RAW_ICMP_FILTER, &filter, sizeof filter);
  }
  if (sock < 0) {
    perror("icmp: socket");
    exit(1);
  }
  int on = 1, bytes = 8 << 20;
  setsockopt(sock, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
  if (setsockopt(sock, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) < 0)
    setsockopt(sock, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

static void receive(void) {
  static char bytes[BATCH][128], control[BATCH][64];
  static struct iovec parts[BATCH];
  static struct mmsghdr messages[BATCH];
  int count;
  do {
    for (int i = 0; i < BATCH; i++) {
      parts[i] = (struct iovec){bytes[i], sizeof bytes[i]};
      messages[i].msg_hdr = (struct msghdr){
          .msg_iov = &parts[i], .msg_iovlen = 1, .msg_control = control[i], .msg_controllen = sizeof control[i]};
    }
    count = recvmmsg(sock, messages, BATCH, 0, NULL);
    for (int i = 0; i < count; i++) {
      unsigned skip = raw ? (bytes[i][0] & 15) * 4 : 0;
      struct packet *reply = (struct packet *)(bytes[i] + skip);
      if (messages[i].msg_len < skip + sizeof *reply || reply->header.type != ICMP_ECHOREPLY) continue;
      if (reply->nonce != nonce || reply->number >= next_number || rtt_ns[reply->number] >= 0) continue;
      struct cmsghdr *first = CMSG_FIRSTHDR(&messages[i].msg_hdr);
      if (!first || first->cmsg_type != SO_TIMESTAMPNS) continue;
      struct timespec stamp;
      memcpy(&stamp, CMSG_DATA(first), sizeof stamp);
      rtt_ns[reply->number] = stamp.tv_sec * 1000000000LL + stamp.tv_nsec;
      if (reply->number >= counted_from) replies++;
    }
  } while (count == BATCH);
}

static void send_batch(uint32_t count) {
  static struct packet packets[BATCH];
  static struct sockaddr_in targets[BATCH];
  static struct iovec parts[BATCH];
  static struct mmsghdr messages[BATCH];
  for (uint32_t i = 0; i < count; i++) {
    uint32_t number = next_number + i, device = number % addresses;
    packets[i].header = (struct icmphdr){
        .type = ICMP_ECHO, .un.echo = {.id = htons(getpid() & 0xffff), .sequence = htons(number & 0xffff)}};
    packets[i].number = number;
    packets[i].nonce = nonce;
    if (raw) packets[i].header.checksum = checksum(&packets[i], sizeof packets[i]);
    targets[i] = (struct sockaddr_in){
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(base + device / 250 * 256 + device % 250 + 1)};
    parts[i] = (struct iovec){&packets[i], sizeof packets[i]};
    messages[i].msg_hdr = (struct msghdr){
        .msg_name = &targets[i], .msg_namelen = sizeof targets[i], .msg_iov = &parts[i], .msg_iovlen = 1};
    rtt_ns[number] = -1;
  }
  uint32_t first = next_number, done = 0;
  next_number += count;
  while (done < count) {
    int64_t before = now_ns(CLOCK_REALTIME);
    int sent = sendmmsg(sock, messages + done, count - done, 0);
    int64_t took = now_ns(CLOCK_REALTIME) - before;
    if (sent < 0 && errno == EAGAIN) {
      receive();
      continue;
    }
    if (sent < 0) {
      perror("icmp: sendmmsg");
      exit(1);
    }
    for (int i = 0; i < sent; i++) sent_ns[first + done + i] = before + took * (2 * i + 1) / (2 * sent);
    done += sent;
  }
}

static void wait_for_the_rest(uint32_t expected) {
  struct pollfd readable = {.fd = sock, .events = POLLIN};
  receive();
  while (replies < expected && poll(&readable, 1, LAST_WAIT_MS) > 0) receive();
}

static void send_all(uint32_t count) {
  for (uint32_t sent = 0; sent < count; sent += BATCH) {
    send_batch(count - sent < BATCH ? count - sent : BATCH);
    receive();
  }
}

static int by_size(const void *a, const void *b) {
  int64_t difference = *(const int64_t *)a - *(const int64_t *)b;
  return (difference > 0) - (difference < 0);
}

static void report(double cpu, int64_t wall_ns) {
  uint32_t sent = next_number - counted_from, found = 0;
  for (uint32_t i = counted_from; i < next_number; i++)
    if (rtt_ns[i] >= 0) rtt_ns[found++] = rtt_ns[i] - sent_ns[i];
  qsort(rtt_ns, found, sizeof *rtt_ns, by_size);
  double p50 = found ? rtt_ns[found / 2] / 1e6 : 0, p99 = found ? rtt_ns[(uint64_t)found * 99 / 100] / 1e6 : 0;
  printf("{\"socket\":\"%s\",\"sent\":%u,\"replies\":%u,\"cpuMs\":%.3f,\"cpuMsPerThousand\":%.3f,\"perSecond\":%.0f,"
         "\"rttP50Ms\":%.4f,\"rttP99Ms\":%.4f}\n",
         raw ? "raw" : "datagram", sent, found, cpu, cpu * 1e3 / sent, sent * 1e9 / wall_ns, p50, p99);
}

int main(int argc, char **argv) {
  int steady = argc == 6 && strcmp(argv[1], "steady") == 0;
  if (!steady && !(argc == 5 && strcmp(argv[1], "burst") == 0)) {
    fprintf(stderr, "usage: icmp burst BASE ADDRESSES ROUNDS | icmp steady BASE ADDRESSES PPS SECONDS\n");
    return 2;
  }
  base = ntohl(inet_addr(argv[2]));
  addresses = atoi(argv[3]);
  uint32_t per_tick = steady ? atoi(argv[4]) * TICK_NS / 1000000000LL : 0;
  uint32_t ticks = steady ? atoi(argv[5]) * 1000000000LL / TICK_NS : 0;
  capacity = steady ? per_tick * ticks : addresses * (atoi(argv[4]) + 1);
  sent_ns = calloc(capacity, sizeof *sent_ns);
  rtt_ns = calloc(capacity, sizeof *rtt_ns);
  nonce = (uint32_t)now_ns(CLOCK_REALTIME);
  open_socket();

  if (!steady) {
    send_all(addresses);
    counted_from = next_number;
    replies = 0;
  }
  double cpu = cpu_ms();
  int64_t began = now_ns(CLOCK_MONOTONIC);
  if (steady) {
    for (uint32_t tick = 0; tick < ticks; tick++) {
      int64_t at = began + tick * TICK_NS;
      struct timespec when = {at / 1000000000LL, at % 1000000000LL};
      clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &when, NULL);
      send_all(per_tick);
    }
  } else {
    while (next_number < capacity) send_all(addresses);
  }
  int64_t wall = now_ns(CLOCK_MONOTONIC) - began;
  wait_for_the_rest(next_number - counted_from);
  report(cpu_ms() - cpu, wall);
  return 0;
}
