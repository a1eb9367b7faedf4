// An API as it often is: Express, and a middleware that keeps its JSON answers in Redis. server.js PORT REDIS-PORT
const express = require('express');
const Redis = require('ioredis');

const [port, redisPort] = process.argv.slice(2).map(Number);
const redis = new Redis(redisPort, '127.0.0.1');

function httpCache(seconds) {
  return async (request, response, next) => {
    const key = `http:${request.originalUrl}`;
    const kept = await redis.get(key).catch(() => null);
    if (kept) return response.set('X-Cache', 'HIT').type('json').send(kept);
    const send = response.json.bind(response);
    response.json = (value) => {
      redis.set(key, JSON.stringify(value), 'EX', seconds).catch(() => {});
      return send(value);
    };
    next();
  };
}

express()
  .get('/1k/:id', httpCache(3600), (request, response) => response.json({id: request.params.id, text: 'x'.repeat(1000)}))
  .listen(port, '127.0.0.1');
